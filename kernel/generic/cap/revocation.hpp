// SPDX-License-Identifier: BSD-2-Clause
// Nothing can be derived below a preempted revoke, so that it ends.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>

namespace kernel::revocation {

/// busy if `from` is, or may be, under a preempted revoke of a thread that is not suspended.
[[nodiscard]] Failure check(const Slot& from);

} // namespace kernel::revocation
