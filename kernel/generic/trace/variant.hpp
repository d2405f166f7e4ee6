// SPDX-License-Identifier: BSD-2-Clause
// Whether this kernel has an event ring.
#pragma once

namespace kernel::trace {

inline constexpr bool enabled = COBNUT_TRACE != 0;

} // namespace kernel::trace
