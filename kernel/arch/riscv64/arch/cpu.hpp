// SPDX-License-Identifier: BSD-2-Clause
// The core that runs: its per-core pointer in tp, interrupts, and the ways out of the kernel.
#pragma once

#include <arch/csr.hpp>

namespace kernel {
struct Cpu;
struct Thread;
} // namespace kernel

namespace arch {

register kernel::Cpu* cpu_register asm("tp"); // NOLINT(misc-definitions-in-headers): no memory

[[gnu::always_inline]] inline kernel::Cpu& current_cpu() { return *cpu_register; }

[[noreturn]] void leave(kernel::Thread& thread);
extern "C" [[noreturn]] void leave_full(kernel::Thread& thread);

/// Wakes up for what sie enables although sstatus.SIE is clear (3.3.3).
inline void wait_for_interrupt() { asm volatile("fence\n\twfi" ::: "memory"); }

inline bool interrupt_pending() { return (csr::read_sip().raw() & csr::read_sie().raw()) != 0; }

[[noreturn]] inline void stop() {
    csr::write_sie(csr::Interrupts{});
    for (;;)
        asm volatile("wfi");
}

/// cycle, time and instret, as far as firmware lets supervisors (mcounteren). Where the hart has no
/// time register firmware emulates rdtime, and may do so whatever this says (docs/threat-model.md).
inline void set_counter_access(bool allowed) { csr::write_scounteren(allowed ? 7 : 0); }

void flush_for_partition();

} // namespace arch
