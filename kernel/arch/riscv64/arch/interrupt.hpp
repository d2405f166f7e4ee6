// SPDX-License-Identifier: BSD-2-Clause
// The interrupt controller that the board's device tree named, numbered by PLIC sources.
#pragma once

#include <cobnut/abi/object.hpp>

namespace arch {

constexpr unsigned max_interrupts = 1024;
constexpr unsigned no_interrupt = ~0u;
constexpr unsigned timer_interrupt = ~1u;

unsigned claim_interrupt();
unsigned interrupt_count();
void mask_interrupt(unsigned number);
void unmask_interrupt(unsigned number);
bool configure_interrupt(unsigned number, cobnut::Trigger trigger);

} // namespace arch
