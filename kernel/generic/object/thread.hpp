// SPDX-License-Identifier: BSD-2-Clause
// Thread: the unit of execution. The first lines are laid out for the fastpath.
#pragma once

#include <arch/registers.hpp>
#include <cobnut/abi/object.hpp>
#include <generic/base/result.hpp>
#include <generic/base/types.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/debug_state.hpp>
#include <generic/object/gate.hpp>

namespace kernel {

struct Notification;
struct Reply;
struct SchedContext;
struct VSpace;

/// What a thread waits for: low bits of Thread::wait, the object in the others; those of a Reply are 0, for calls
/// come by most. Void while it runs.
struct Wait {
    static constexpr Word nothing = 0; ///< Ready, running or inactive.
    static constexpr Word receive = 1; ///< On an Endpoint.
    static constexpr Word send = 2;    ///< On an Endpoint; also the first phase of a call, a fault.
    static constexpr Word reply = 3;   ///< Its caller entry is in a Reply.
    static constexpr Word signal = 4;  ///< On a Notification.
    static constexpr Word kind_mask = 7;

    static Word in(const Reply* object) { return reinterpret_cast<Word>(object); }
};

/// Which registers of a thread that does not run are held in its object.
enum class FrameKind : uint8_t {
    running = 0,   ///< In the CPU, or blocked by a fastpath: voluntary.
    arguments = 1, ///< Voluntary with the arguments or the results of the system call.
    full = 2,      ///< All.
};

/// Why a thread sends: set when it is queued as a sender.
struct Sending {
    static constexpr uint8_t call = 1;        ///< Wants a reply.
    static constexpr uint8_t grant = 2;       ///< May send capabilities.
    static constexpr uint8_t grant_reply = 4; ///< May lend a Reply.
    static constexpr uint8_t fault = 8;       ///< The message is the thread's fault.
};

/// What is done again of a preempted system call.
struct Repeat {
    static constexpr uint8_t nothing = 0;
    static constexpr uint8_t all = 1;
    static constexpr uint8_t receiving = 2; ///< Not its send phase.
};

/// Fault that a thread stopped for, kept until it is answered.
struct ThreadFault {
    uint8_t type = 0; ///< FaultType; 0: none.
    uint8_t reserved[3] = {};
    Word word[4] = {};  ///< Words 2 to 5 of its message.
};

struct alignas(64) Thread {
    // The line of the fastpath. A thread in no queue points at itself.
    Thread* next;
    Thread* prev;
    Word wait;
    uint32_t gate;
    uint32_t node_size;  ///< Slots of a one-level capability space whose guard is all zero, else and while `repeats` 0.
    Slot* node;
    SchedContext* sched_context; ///< Counts only if its `thread` is this one. Void while running.
    Reply* reply;        ///< Offered to the next call; never null (Kernel::no_reply).
    VSpace* space;       ///< Never null (Kernel::empty_space).
#if __SIZEOF_POINTER__ == 4
    Word padding;
#endif
    arch::Registers registers;

    // From here on only slow paths. Queues: `lower` and `higher` link the leaders of priority rings.
    Thread* lower;
    Thread* higher;
    Word badge;          ///< Of the capability it sends through, while queued as a sender.
    Word buffer_address; ///< User's own, for information only.
    void* buffer;        ///< IPC buffer in the kernel window; null: none.
    Notification* notification; ///< Bound.
    SchedContext* own_context; ///< Bound to it, perhaps lent now.
    ThreadFault fault;
    uint8_t sending;     ///< Sending bits.
    uint8_t max_priority;
    FrameKind frame_kind;
    uint8_t queued;      ///< In the ready queue. Fastpaths write it together with the kind of frame.
    uint8_t has_fpu;     ///< There is room for FP state behind this structure.
    uint8_t flags;       ///< ThreadFlags
    uint8_t active;      ///< 0 until first resumed: never ran.
    uint8_t dying;
    uint8_t repeats;     ///< Its last system call was preempted and is made again: Repeat.
    uint64_t send_number; ///< Grows in each ring of senders but behind a change of priority.

    DebugState debug;

    Slot cspace_slot;
    Slot vspace_slot;
    Slot buffer_slot;
    Slot fault_slot;
    Slot timeout_slot;

    /// The system call is to be made again: all its arguments come back.
    void repeat_system_call() {
        registers.rewind();
        make_frame_full();
    }
    /// What the frame does not hold gets a defined value.
    void make_frame_full() {
        if (frame_kind != FrameKind::full)
            registers.complete();
        frame_kind = FrameKind::full;
        gate |= Gate::full_frame;
    }
    /// Of aliens and of threads that use debug registers.
    void update_traced() {
        const bool traced = (flags & cobnut::ThreadFlags::alien) != 0 || debug.is_used();
        gate = (gate & ~Gate::traced) | (traced ? Gate::traced : 0);
    }
    void clear_fault() {
        fault.type = 0;
        gate &= ~Gate::faulted;
    }

    [[nodiscard]] unsigned priority() const { return gate & Gate::priority_mask; }
    [[nodiscard]] Word wait_kind() const {
        const Word kind = wait & Wait::kind_mask;
        return kind != 0 || wait == Wait::nothing ? kind : Wait::reply;
    }
    template <class Object>
    [[nodiscard]] Object* waits_on() const {
        return reinterpret_cast<Object*>(wait & ~Wait::kind_mask);
    }
};

/// The voluntary frame begins here; the stubs of the ISAs rely on it.
inline constexpr size_t thread_registers_offset = sizeof(Word) == 8 ? 64 : 40;
static_assert(offsetof(Thread, registers) == thread_registers_offset);

inline constexpr unsigned thread_size_bits =
    sizeof(Word) == 8 ? cobnut::thread_size_bits_64 : cobnut::thread_size_bits_32;
static_assert(sizeof(Thread) <= size_t{1} << thread_size_bits);

} // namespace kernel
