// SPDX-License-Identifier: BSD-2-Clause
// The running core: its Cpu, sleeping, and the ways back to user level.
#pragma once

#include <arch/entry_area.hpp>
#include <arch/instructions.hpp>
#include <arch/layout.hpp>
#include <generic/base/types.hpp>

namespace kernel {
struct Cpu;
struct Slot;
struct Thread;
} // namespace kernel

// What is entered with callee-saved registers stored already. Clang would store them again, and has the arguments of
// this convention in r12 and r13.
extern "C" {
#ifdef __clang__
[[noreturn]] __attribute__((preserve_none)) void kernel_fast_signal(const kernel::Slot* slot);
[[noreturn]] __attribute__((preserve_none)) void kernel_fast_message(const kernel::Slot* slot);
[[noreturn]] __attribute__((preserve_none)) void kernel_syscall(kernel::Word number);
[[noreturn]] __attribute__((preserve_none)) void kernel_send(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] __attribute__((preserve_none)) void kernel_signal(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] __attribute__((preserve_none)) void kernel_message(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] __attribute__((preserve_none)) void kernel_yield();
[[noreturn]] __attribute__((preserve_none)) void kernel_interrupt();
[[noreturn]] __attribute__((preserve_none)) void kernel_fast_call_exchange(const kernel::Slot* slot);
[[noreturn]] __attribute__((preserve_none)) void kernel_fast_reply_recv_exchange(kernel::Word path);
#else
[[noreturn]] void kernel_fast_signal(const kernel::Slot* slot);
[[noreturn]] void kernel_fast_message(const kernel::Slot* slot);
[[noreturn]] void kernel_send(const kernel::Slot* slot, kernel::Word number);
#endif
extern kernel::Cpu x86_cpu; // in boot_core.cpp
}

namespace arch {

// A constant, as GS is the user's; each of several cores would map a page of its own there. Behind a plain address GCC
// keeps more in registers than behind a symbol; the legs name the symbol, which takes a byte less.
inline kernel::Cpu& current_cpu() { return *reinterpret_cast<kernel::Cpu*>(layout::cpu); }

[[noreturn]] void leave(kernel::Thread& thread);
/// In entry.S; with page-table isolation on the stack that a user's root maps as well.
[[noreturn]] inline void leave_full(kernel::Thread& thread) {
    if constexpr (entry_area::isolated)
        asm volatile("movq %0, %%rsp\n jmp x86_leave_full" ::"i"(entry_area::stack_top), "D"(&thread)
                     : "memory");
    else
        asm volatile("jmp x86_leave_full" ::"D"(&thread) : "memory");
    __builtin_unreachable();
}

// The handler notes the vector and returns with interrupts masked again.
inline void wait_for_interrupt() { asm volatile("sti\n hlt\n cli" ::: "memory", "rax"); }

[[nodiscard]] bool interrupt_pending();

[[noreturn]] inline void stop() { halt_forever(); }

// CR4.TSD: rdtsc and rdtscp fault at user level; CR4.PCE: rdpmc does not. The events that the
// performance counters count are set by nobody.
inline void set_counter_access(bool allowed) {
    constexpr uint64_t time_stamp_disable = uint64_t{1} << 2, counter_enable = uint64_t{1} << 8;
    const uint64_t control = read_control<4>() & ~(time_stamp_disable | counter_enable);
    write_control<4>(control | (allowed ? counter_enable : time_stamp_disable));
}

void flush_for_partition();

} // namespace arch
