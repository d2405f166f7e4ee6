// SPDX-License-Identifier: BSD-2-Clause
// The clock that all harts share, and this hart's timer.
#pragma once

#include <arch/csr.hpp>
#include <generic/base/types.hpp>

namespace arch {

extern kernel::Ticks timebase;

inline kernel::Ticks now() { return csr::read_time(); }
inline kernel::Ticks ticks_per_second() { return timebase; }
void set_deadline(kernel::Ticks deadline);

} // namespace arch
