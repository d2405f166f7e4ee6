// SPDX-License-Identifier: BSD-2-Clause
// Preempted revokes: nothing can be derived below them, so that they end.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>

namespace kernel {

struct Thread;

namespace revocation {

/// The revoke of `slot` by `thread` was preempted. When the list is full the record of the thread of
/// the lowest priority goes, the oldest among equals; it comes back with its next preemption.
void remember(Slot& slot, Thread& thread);

/// The revoke has ended, or the capability leaves the slot.
void forget(const Slot& slot);

/// The thread dies, or its system call will not be repeated.
void forget(const Thread& thread);

/// busy if `from` is, or may be, under a preempted revoke of a thread that is not suspended.
[[nodiscard]] Failure check(const Slot& from);

} // namespace revocation

} // namespace kernel
