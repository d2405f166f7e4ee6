// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says on the console; the other variants say nothing.
#pragma once

#include <generic/base/result.hpp>
#include <generic/object/thread.hpp>

namespace kernel::debug {

/// A thread stopped with a fault and has no handler.
void report_unhandled_fault(const Thread& thread);

/// A call on a kernel object was refused.
void report_refusal(const Thread& thread, Word label, const Failure& failure);

} // namespace kernel::debug
