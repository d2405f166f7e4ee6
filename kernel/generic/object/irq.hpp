// SPDX-License-Identifier: BSD-2-Clause
// Interrupts as signals.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>
#include <generic/contract/interrupt.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::irq {

/// Claims and handles what is pending, a bounded number at a time.
void handle_pending(Cpu& cpu);
/// The same behind a first interrupt that has been claimed.
void handle(Cpu& cpu, unsigned number);
/// The slot with the Notification that a claimed interrupt signals: empty if there is none, as
/// where nobody has taken the interrupt. Null: it is the timer's, or nothing was claimed.
[[nodiscard]] inline const Slot* signal_slot(unsigned number) {
    static_assert(arch::timer_interrupt >= arch::max_interrupts &&
                  arch::no_interrupt >= arch::max_interrupts);
    return number < arch::max_interrupts ? &kernel_state.irq_slots[number] : nullptr;
}

[[nodiscard]] bool is_taken(unsigned number);
void take(unsigned number);
/// The handler is gone: masked, forgotten.
void release(unsigned number);

} // namespace kernel::irq
