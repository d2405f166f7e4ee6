// SPDX-License-Identifier: BSD-2-Clause
// Cpu: what a core has of its own.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>
#include <generic/trace/state.hpp>

#include <stddef.h>

namespace kernel {

struct SchedContext;
struct Thread;

/// Threads that can run, without the one that does (Benno scheduling): a FIFO per priority and a
/// two-level bitmap.
struct ReadyQueue {
    uint32_t summary = 0;
    uint32_t occupied[cobnut::priority_count / 32] = {};
    Thread* first[cobnut::priority_count] = {};
};

struct alignas(64) Cpu {
    // The line of the fastpath.
    Thread* current;
    Word scratch[2];      ///< For the stubs.
    uint32_t gate;        ///< See Gate.
    uint32_t id;
    SchedContext* sched_context; ///< What the current thread runs on.

    // In the same line: what a fastpath needs that changes the context.
    /// How much later than switch_until what is left of the current context's head refill will be used up. Less
    /// than a Word holds unless that is 0: fastpaths write no more of it.
    Ticks slice_beyond;
    /// Until then a fastpath may go from the current context to another: the deadline, if the context is a slice
    /// that ends no earlier. 0: never.
    Ticks switch_until;
    Ticks deadline;       ///< The timer is programmed for this; nothing is due before it.

    // From here on only slow paths.
    Ticks time;           ///< Of this kernel entry, when it was read.
    SchedContext* release_root; ///< Leftist heap of contexts that wait for their refill.
    Thread* fpu_owner;
    bool time_read;
    bool reschedule;      ///< The current thread gives up the core, or may have to.
    bool counters_open;
    bool fpu_open;
    bool debug_loaded;    ///< The debug registers are a thread's.
    uint8_t wants_restart; ///< Preempted: the current system call is made again; see Thread::repeats.
    uint32_t entries;     ///< Of the slow path; counted by the debug kernel.
    ReadyQueue ready;
    [[no_unique_address]] trace::State trace;

    // Of the debug kernel.
    uint64_t told;           ///< A sum of all that its last line says, if that was of a refusal, else 0;
    uint32_t more_untold;    ///< how often the same was refused since
    uint8_t more_told;       ///< and how often such a number was told.
    bool debugging;          ///< The debugger runs.

    [[nodiscard]] Ticks slice_end() const { return switch_until + slice_beyond; }
    void end_slice(Ticks when) { slice_beyond = when - switch_until; }
};

static_assert(offsetof(Cpu, deadline) + sizeof(Ticks) <= 64);

} // namespace kernel
