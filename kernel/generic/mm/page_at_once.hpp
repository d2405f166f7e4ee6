// SPDX-License-Identifier: BSD-2-Clause
// What address spaces are built with, without the decoding of other calls.
#pragma once

#include <generic/cap/slot.hpp>
#include <generic/object/thread.hpp>

namespace kernel::mm {

/// A call that maps a page, unmaps it or changes its rights: one that brings exactly what the method takes, whose
/// VSpace the caller's CNode holds, of a page of the smallest size that needs no preparation. True: it
/// is done, the answer has no words. False: nothing has been done; decode it.
[[nodiscard]] bool page_at_once(const Thread& caller, Slot& frame);

} // namespace kernel::mm
