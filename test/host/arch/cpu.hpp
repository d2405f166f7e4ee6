// SPDX-License-Identifier: BSD-2-Clause
// The one core of the simulated machine.
#pragma once

#include <arch/host.hpp>

namespace arch {

inline kernel::Cpu& current_cpu() { return *host::cpu; }

[[noreturn]] void leave(kernel::Thread& thread);
[[noreturn]] void leave_full(kernel::Thread& thread);
[[noreturn]] void stop();
/// Moves the clock to the deadline where no interrupt is pending.
void wait_for_interrupt();
[[nodiscard]] bool interrupt_pending();
inline void flush_for_partition() { ++host::machine.partition_flushes; }
inline void set_counter_access(bool open) { host::machine.counters_open = open; }

} // namespace arch
