// SPDX-License-Identifier: BSD-2-Clause
// A thread that is about to switch to another one, which waits for it: played by a fastpath or by the
// slow path, and all that counts afterwards.
#pragma once

#include "world.hpp"

#include <generic/sched/scheduler.hpp>

#include <vector>

namespace test::switching {

using kernel::Cpu;
using kernel::SchedContext;
using kernel::Ticks;

/// What the running thread does. The others' names say how `to` waits for it.
enum Action : unsigned {
    call_passive, call_own, call_capability, send, nb_send, signal, nb_signal, signal_bound,
    interrupt, interrupt_bound, fault_passive, fault_own, yield, reply_passive, reply_own,
    answer_fault, action_count,
};

constexpr unsigned bit(Action action) { return 1u << action; }
constexpr unsigned calls = bit(call_passive) | bit(call_own) | bit(call_capability);
constexpr unsigned sends = bit(send) | bit(nb_send);
constexpr unsigned signals = bit(signal) | bit(nb_signal) | bit(interrupt);
constexpr unsigned bound_signals = bit(signal_bound) | bit(interrupt_bound);
constexpr unsigned faults = bit(fault_passive) | bit(fault_own);
constexpr unsigned replies = bit(reply_passive) | bit(reply_own);
constexpr unsigned answers = replies | bit(answer_fault);
constexpr unsigned everything = (1u << action_count) - 1;
/// From one context to another.
constexpr unsigned own = bit(call_own) | sends | signals | bound_signals | bit(fault_own) |
                         bit(yield) | bit(reply_own);
/// Registers alone: neither an interrupt's frame nor the timer.
constexpr unsigned exchanges = bit(call_own) | bit(reply_own);
constexpr unsigned urgent = sends | signals | bound_signals; // only to a higher priority

constexpr Word badge = 0x40;
constexpr Ticks begin = 1000; // when the action happens; the slice began at 0

struct Scene {
    /// What counts afterwards, with its name.
    struct Field {
        const char* name;
        Word index; ///< Of the object's slot.
        Word value;
        bool operator==(const Field&) const = default;
    };

    const Action action;
    World world;
    Thread *from = nullptr, *to = nullptr, *other = nullptr;
    Word endpoint, endpoint_badged, notification, notification_badged, reply, spare_reply;
    Word path = 0;

    explicit Scene(Action what);
    ~Scene() { arch::host::fastpaths = true; }
    Scene(const Scene&) = delete;

    [[nodiscard]] unsigned is(unsigned actions) const { return bit(action) & actions; }
    Cpu& cpu() { return world.cpu(); }
    SchedContext& context() { return *cpu().sched_context; }
    SchedContext& next_context() { return *kernel::sched::context_of(*to); }

    /// A capability to the object with these rights and the scene's badge.
    Word minted(Word object, Word rights);
    /// One more that waits where `to` does, or that is ready beside it.
    Thread& companion(unsigned priority);
    /// Plays it. True if a fastpath did: the slow path forgets the time that it read before.
    bool play(bool fast);
    /// All that counts afterwards. What fastpaths leave open is written down.
    std::vector<Field> result();

private:
    Word space();
    Word interrupt_handler();
    void form(Syscall number, Word at, Word reply_path = 0);
    /// The thread, which runs, waits as the action wants it.
    void wait(Thread& thread, bool passive);
    /// `from` has got a call or a fault of `to`.
    void become_server();
    Word ipc_state(Thread& thread);
    /// Of the running thread, in a full frame.
    [[noreturn]] void take_fault(Word address, Word access, Word status);
};

} // namespace test::switching
