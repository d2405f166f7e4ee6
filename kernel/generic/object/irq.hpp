// SPDX-License-Identifier: BSD-2-Clause
// Interrupts as signals.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/cpu.hpp>

namespace kernel::irq {

/// Claims and handles what is pending, a bounded number at a time.
void handle_pending(Cpu& cpu);
/// The same behind a first interrupt that has been claimed.
void handle(Cpu& cpu, unsigned number);
/// The capability of the Notification that a claimed interrupt signals, or null.
[[nodiscard]] const Slot* notification_of(unsigned number);

[[nodiscard]] bool is_taken(unsigned number);
void take(unsigned number);
/// The handler is gone: masked, forgotten.
void release(unsigned number);

} // namespace kernel::irq
