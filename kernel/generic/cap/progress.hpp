// SPDX-License-Identifier: BSD-2-Clause
// Preempted operations: how far each is, for the repetition of its system call.
#pragma once

#include <generic/base/types.hpp>
#include <generic/cap/slot.hpp>

namespace kernel {

struct Thread;

enum class LongWork : uint8_t { revoke, retype, cancel };

/// What a thread does to the capability in a slot, until its system call is over. Lost records cost
/// time, never correctness: the operation starts over.
struct Progress {
    Slot* slot;
    Thread* thread;
    LongWork work;
    uint64_t begin; ///< retype: offset of the first object. cancel: the first Kernel::send_number
                    ///< that is too late.
    uint64_t done;  ///< retype: cleared up to here. cancel: Thread to look at next.
};

namespace progress {

/// The record of this work, made if there is none; null: the list is full of threads of higher
/// priority. When it is full the oldest of the lowest priority goes.
Progress* remember(LongWork work, Slot& slot, Thread& thread);

/// Null: the work was never preempted, or its record is gone.
[[nodiscard]] Progress* find(LongWork work, const Slot& slot, const Thread& thread);

/// The capability leaves the slot: all that was done to it there is over.
void forget(const Slot& slot);
/// Nobody needs to repeat this work.
void forget(LongWork work, const Slot& slot);
/// The thread's system call has ended or will not be repeated.
void forget(const Thread& thread);

/// False: another thread than `thread`, which is not suspended, makes objects of this Untyped.
[[nodiscard]] bool claim(const Slot& untyped, const Thread* thread);

/// `thread` leaves a queue, `next` is behind it there: who would look at it next looks at that.
void step_over(const Thread& thread, Thread* next);

} // namespace progress

} // namespace kernel
