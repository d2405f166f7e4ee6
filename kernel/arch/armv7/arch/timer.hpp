// SPDX-License-Identifier: BSD-2-Clause
// The generic timer's virtual count and compare (Arm ARM B8), which firmware leaves open to every kernel.
#pragma once

#include <arch/instructions.hpp>
#include <generic/base/types.hpp>

namespace arch {

extern uint32_t timer_frequency;

[[gnu::always_inline]] inline kernel::Ticks now() { return cp15::VirtualCount::read(); }
inline kernel::Ticks ticks_per_second() { return timer_frequency; }

/// The interrupt is a level that follows the comparison: a new deadline also ends an old one's.
inline void set_deadline(kernel::Ticks deadline) {
    cp15::VirtualTimerCompare::write(deadline);
    isb();
}

} // namespace arch
