// SPDX-License-Identifier: BSD-2-Clause
// The core that runs: its per-core pointer in x18 (fixed in all kernel code) and the ways out of
// the kernel.
#pragma once

#include <generic/base/types.hpp>

#include <stdint.h>

namespace kernel {
struct Cpu;
struct Slot;
struct Thread;
} // namespace kernel

// What is entered with callee-saved registers stored already. Clang would store them again; it has the arguments of
// this convention in x20 and x21.
#ifdef __clang__
extern "C" {
[[noreturn]] __attribute__((preserve_none)) void kernel_syscall(kernel::Word number);
[[noreturn]] __attribute__((preserve_none)) void kernel_send(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] __attribute__((preserve_none)) void kernel_interrupt();
[[noreturn]] __attribute__((preserve_none)) void kernel_fast_call_exchange(const kernel::Slot* slot);
[[noreturn]] __attribute__((preserve_none)) void kernel_fast_reply_recv_exchange(kernel::Word path);
}
#endif

namespace arch {

[[gnu::always_inline]] inline kernel::Cpu& current_cpu() {
    register kernel::Cpu* x18 asm("x18");
    asm("// the Cpu" : "=r"(x18)); // a text of its own, or compilers merge it with another
    return *x18;
}

[[noreturn]] void leave(kernel::Thread& thread);
[[noreturn]] void leave_full(kernel::Thread& thread);

inline void wait_for_interrupt() { asm volatile("dsb sy\n\twfi" ::: "memory"); }

/// ISR_EL1: anything pending, whether masked by the core or not.
inline bool interrupt_pending() {
    uint64_t pending;
    asm volatile("mrs %0, isr_el1" : "=r"(pending));
    return pending != 0;
}

[[noreturn]] inline void stop() {
    asm volatile("msr daifset, #15" ::: "memory");
    for (;;)
        asm volatile("wfi");
}

/// ID_AA64DFR0_EL1.PMUVer: 0 and 15 are no PMUv3.
inline bool has_cycle_counter() {
    uint64_t features;
    asm("mrs %0, id_aa64dfr0_el1" : "=r"(features));
    return (((features >> 8) + 1) & 15) > 1;
}

/// CNTKCTL_EL1: the virtual and the physical counter, not the timers. PMUSERENR_EL0: the cycle
/// counter, for reading (CR).
inline void set_counter_access(bool allowed) {
    asm volatile("msr cntkctl_el1, %0" ::"r"(uint64_t{allowed ? 3u : 0u}));
    if (has_cycle_counter())
        asm volatile("msr pmuserenr_el0, %0" ::"r"(uint64_t{allowed ? 4u : 0u}));
}

void flush_for_partition();

} // namespace arch
