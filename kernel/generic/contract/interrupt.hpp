// SPDX-License-Identifier: BSD-2-Clause
// Contract: the interrupt controller as the generic core sees it (arch glue over a platform driver).
#pragma once

#include <arch/interrupt.hpp>

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>

#include <concepts>

namespace contract {

// Interrupts are named by the controller's own numbers (GIC INTID, PLIC source, ACPI GSI).
// claim() tells what is pending: timer_interrupt, no_interrupt, or a number < interrupt_count().
//   A claimed number is masked and ended at the controller (it cannot come again until unmask),
//   so that the user-level driver acknowledges whenever it likes. The timer is ended at once.
static_assert(std::same_as<decltype(arch::claim_interrupt()), unsigned>);
static_assert(std::convertible_to<decltype(arch::interrupt_count()), unsigned>);
static_assert(arch::timer_interrupt != arch::no_interrupt);
// mask/unmask(number); configure(number, Trigger): false if the controller cannot do it or the
//   number is the kernel's (timer, inter-processor).
// max_interrupts: a constant, the size of the generic table of handlers.
static_assert(arch::max_interrupts > 0);
static_assert(requires(unsigned n, cobnut::Trigger t) {
    arch::mask_interrupt(n);
    arch::unmask_interrupt(n);
    { arch::configure_interrupt(n, t) } -> std::same_as<bool>;
});

} // namespace contract
