// SPDX-License-Identifier: BSD-2-Clause
// The core that runs: its Cpu, ways out of the kernel, waiting.
#pragma once

#include <arch/instructions.hpp>

namespace kernel {
struct Cpu;
struct Thread;
} // namespace kernel

namespace arch {

/// TPIDRPRW; the Cpu lies on top of the core's stack.
[[gnu::always_inline]] inline kernel::Cpu& current_cpu() {
    kernel::Cpu* cpu;
    asm("mrc p15, 0, %0, c13, c0, 4" : "=r"(cpu));
    return *cpu;
}

[[noreturn]] void leave(kernel::Thread& thread);
[[noreturn]] void leave_full(kernel::Thread& thread);

/// WFI wakes for masked interrupts too (Arm ARM B1.8.14).
inline void wait_for_interrupt() {
    dsb();
    asm volatile("wfi" ::: "memory");
}
/// ISR.I: an IRQ is pending, masked or not.
inline bool interrupt_pending() { return (cp15::InterruptStatus::read() & 0x80) != 0; }

[[noreturn]] inline void stop() {
    for (;;)
        asm volatile("cpsid aif\n\twfi" ::: "memory");
}

/// CNTKCTL.PL0VCTEN and PMUSERENR.EN.
void set_counter_access(bool open);

void flush_for_partition();

} // namespace arch
