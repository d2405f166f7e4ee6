// SPDX-License-Identifier: BSD-2-Clause
// Interrupts of the simulated machine.
#pragma once

#include <arch/host.hpp>
#include <cobnut/abi/object.hpp>

namespace arch {

inline constexpr unsigned max_interrupts = host::interrupt_lines;
inline constexpr unsigned timer_interrupt = max_interrupts;
inline constexpr unsigned no_interrupt = max_interrupts + 1;

[[nodiscard]] unsigned claim_interrupt();
[[nodiscard]] inline unsigned interrupt_count() { return max_interrupts; }
inline void mask_interrupt(unsigned number) { host::machine.masked[number] = true; }
inline void unmask_interrupt(unsigned number) { host::machine.masked[number] = false; }
[[nodiscard]] inline bool configure_interrupt(unsigned, cobnut::Trigger) { return true; }

} // namespace arch
