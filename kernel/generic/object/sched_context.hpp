// SPDX-License-Identifier: BSD-2-Clause
// SchedContext: a right to run: so much time in each period.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>

#include <stddef.h>

namespace kernel {

struct Notification;
struct Reply;
struct Thread;

/// Time that may be consumed from `when` on.
struct Refill {
    Ticks when = 0;
    Ticks amount = 0;
};

/// Writes what a Word holds to a time whose other half, if there is one, is 0.
inline void set_low_word(Ticks& ticks, Word word) {
    __builtin_memcpy(__builtin_assume_aligned(&ticks, alignof(Ticks)), &word, sizeof word);
}

struct SchedContext {
    Reply* top = nullptr;     ///< Innermost call that this context is lent along.
    Thread* thread = nullptr; ///< Who runs on it; true only outside fastpaths (Cpu::sched_context).
    Notification* notification = nullptr;
    Thread* home = nullptr;   ///< Whom it is bound to, whoever runs on it. Thread::own_context.
    Word badge = 0;           ///< Word 2 of timeout faults.
    Ticks period = 0;         ///< 0: round robin with `budget` as the time slice.
    Ticks budget = 0;         ///< 0: not configured, nobody can run on it.
    Ticks account = 0;        ///< See sched::consumed.
    uint16_t core = 0;
    uint16_t slices = 0;      ///< Round robin, of a length that a Word holds: then it is always released.
    uint16_t refill_head = 0;
    uint16_t refill_count = 0;
    uint16_t refill_max = 0;  ///< 1: constant bandwidth.
    uint16_t released = 1;    ///< 0: in the release queue, waiting for its next refill.
    uint32_t rank = 0;        ///< Of the release queue (sched/release_queue).
    SchedContext* left = nullptr;
    SchedContext* right = nullptr;
    SchedContext* parent = nullptr;
    /// The refill of a context with `slices`: less than a Word holds, and there at any time, for `when` is past. The
    /// amount is 0 in all others: fastpaths ask nothing else.
    Refill slice;
    // Refill[refill_max] follows: theirs.

    /// The first is `slice`.
    [[nodiscard]] Refill* refills() { return reinterpret_cast<Refill*>(this + 1) - 1; }
};

static_assert(offsetof(SchedContext, slice) + sizeof(Refill) == sizeof(SchedContext));
static_assert(sizeof(SchedContext) + 2 * sizeof(Refill) <=
              size_t{1} << cobnut::sched_context_min_size_bits);

} // namespace kernel
