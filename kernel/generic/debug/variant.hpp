// SPDX-License-Identifier: BSD-2-Clause
// Which variant of the kernel this is.
#pragma once

namespace kernel::debug {

inline constexpr bool enabled = COBNUT_DEBUG != 0;

} // namespace kernel::debug
