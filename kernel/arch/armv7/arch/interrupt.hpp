// SPDX-License-Identifier: BSD-2-Clause
// The interrupt controller of the board: GIC numbers, 16-31 the core's own, from 32 on shared.
#pragma once

#include <cobnut/abi/object.hpp>

namespace arch {

inline constexpr unsigned max_interrupts = 1020;
inline constexpr unsigned no_interrupt = ~0u;
inline constexpr unsigned timer_interrupt = ~0u - 1;

unsigned interrupt_count();
unsigned claim_interrupt();
void mask_interrupt(unsigned number);
void unmask_interrupt(unsigned number);
bool configure_interrupt(unsigned number, cobnut::Trigger trigger);

} // namespace arch
