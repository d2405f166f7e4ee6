// SPDX-License-Identifier: BSD-2-Clause
// What the programs of the bench tell one another: what to do, and what they measured.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut::bench {

/// What the client does for one row, as the label of the root task's answer. The server is told
/// what to do by a call with the same label. Word 0: rounds, the others as the operation says.
enum class Operation : Word {
    done,          ///< To the root task: ready for the next one.
    calls,         ///< Word 1: words of the message, 2: capabilities, 3: FP/SIMD is used.
    sends,         ///< To a server that waits and has a higher priority.
    signals,       ///< Nobody waits.
    signals_lower, ///< The server waits and has a lower priority; it signals back.
    interrupts,    ///< The server waits for it, the client spins.
    faults,        ///< The server is the client's fault handler.
    yields,        ///< Nobody else is ready.
    yields_switch, ///< The server does the same.
    refused,       ///< A send to an empty slot.
    maps,          ///< Maps and unmaps a page.
    rights,        ///< Changes the rights of a mapping.
    retypes,       ///< Word 1: the Untyped.
    round_trips,   ///< call and its answer as one region.
    receives,      ///< From the queue, where somebody waits.
    revokes,       ///< Word 1: capabilities that are derived first, and revoked.
};

/// Regions of marks: what begins at the client's system call, and at the server's. The mark of a
/// new phase is region 7's end; tools/cost_meter.cpp knows them.
struct Leg {
    static constexpr int none = -1;
    static constexpr int out = 0;
    static constexpr int back = 1;
    static constexpr unsigned count = 2;
};

constexpr int begin_of(int leg) { return leg == Leg::none ? -1 : leg << 1; }
constexpr int end_of(int leg) { return leg == Leg::none ? -1 : leg << 1 | 1; }
inline constexpr int phase_mark = 15;

inline constexpr unsigned max_rounds = 1000;

/// Memory that all programs of the bench have at the same address.
struct Shared {
    static constexpr Word address = 0x1000'4000;
    static constexpr unsigned pages = 3;

    volatile uint64_t stamp; ///< The cycle counter when the leg began; 0: none began.
    volatile Word resume;    ///< Where a faulting client goes on.
    volatile Word served;    ///< Interrupts.
    Word limit;              ///< Samples that are wanted.
    uint32_t taken[Leg::count];
    uint32_t samples[Leg::count][max_rounds]; ///< Cycles.
};
static_assert(sizeof(Shared) <= Shared::pages * 4096);

inline Shared& shared() { return *reinterpret_cast<Shared*>(Shared::address); }

/// Capabilities of client and server.
struct Given {
    static constexpr CapIndex desk =
        2; ///< Client: Endpoint of the root task; server: Notification.
    static constexpr CapIndex node = 3;
    static constexpr CapIndex service = 4;
    static constexpr CapIndex reply = 5;
    static constexpr CapIndex signals = 7; ///< Notification from client to server,
    static constexpr CapIndex back = 8;    ///< and from server to client.
    static constexpr CapIndex idle = 9;    ///< Notification that nobody waits for.
    static constexpr CapIndex space = 10;
    static constexpr CapIndex frame = 11;
    static constexpr CapIndex memory = 12;        ///< Untyped of RAM,
    static constexpr CapIndex device_memory = 13; ///< and of a device: never cleared.
    static constexpr CapIndex io_port = 14;
    static constexpr CapIndex irq = 15;
    static constexpr CapIndex interrupts = 16; ///< Notification of the interrupt.
    static constexpr CapIndex queue = 17;      ///< Endpoint where a crowd waits.
    static constexpr CapIndex received = 30;
    static constexpr CapIndex nothing = 40;
};

} // namespace cobnut::bench
