// SPDX-License-Identifier: BSD-2-Clause
// Nothing can be derived below a preempted revoke, so that it ends.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::revocation {

[[nodiscard]] Failure check_preempted(const Slot& from);

/// busy if `from` is, or may be, under a preempted revoke of a thread that is not suspended.
[[nodiscard]] inline Failure check(const Slot& from) {
    return kernel_state.progress_count == 0 ? Failure{} : check_preempted(from);
}

} // namespace kernel::revocation
