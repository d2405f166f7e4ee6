// SPDX-License-Identifier: BSD-2-Clause
// The clock is the time stamp counter, the timer the local APIC's.
#pragma once

#include <arch/instructions.hpp>
#include <generic/base/types.hpp>

namespace arch {

inline kernel::Ticks now() { return time_stamp(); }

[[nodiscard]] kernel::Ticks ticks_per_second();
void set_deadline(kernel::Ticks deadline);

} // namespace arch
