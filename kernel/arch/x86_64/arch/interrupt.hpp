// SPDX-License-Identifier: BSD-2-Clause
// Interrupts by ACPI's global numbers, over the local and the I/O APICs.
#pragma once

#include <arch/layout.hpp>
#include <cobnut/abi/object.hpp>

namespace arch {

constexpr unsigned max_interrupts = layout::vector_end - layout::first_line_vector;
constexpr unsigned timer_interrupt = max_interrupts;
constexpr unsigned no_interrupt = max_interrupts + 1;

[[nodiscard]] unsigned claim_interrupt();
[[nodiscard]] unsigned interrupt_count();
void mask_interrupt(unsigned number);
void unmask_interrupt(unsigned number);
[[nodiscard]] bool configure_interrupt(unsigned number, cobnut::Trigger trigger);

} // namespace arch
