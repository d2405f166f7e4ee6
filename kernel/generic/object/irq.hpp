// SPDX-License-Identifier: BSD-2-Clause
// Interrupts as signals.
#pragma once

#include <generic/base/result.hpp>
#include <generic/object/cpu.hpp>

namespace kernel::irq {

/// Claims and handles what is pending, a bounded number at a time.
void handle_pending(Cpu& cpu);

[[nodiscard]] bool is_taken(unsigned number);
void take(unsigned number);
/// The handler is gone: masked, forgotten.
void release(unsigned number);

} // namespace kernel::irq
