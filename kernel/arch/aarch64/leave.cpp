// SPDX-License-Identifier: BSD-2-Clause
// Return to user level with all registers of a thread, or with the results of a system call.
#include <arch/restore.hpp>

#include <generic/contract/cpu.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

namespace arch {

static_assert(offsetof(kernel::Thread, registers) == 64, "the offsets below");

namespace {

[[noreturn]] void leave_voluntary(kernel::Thread* thread) {
    register kernel::Thread* x16 asm("x16") = thread;
    asm volatile(
        "mov sp, x18\n\t"
        "ldp x0, x1, [x16, #192]\n\tldp x2, x3, [x16, #208]\n\t"
        "ldp x4, x5, [x16, #224]\n\tldp x6, x7, [x16, #240]\n\t" ARCH_RESTORE_VOLUNTARY ::"r"(x16)
        : "memory");
    __builtin_unreachable();
}

} // namespace

void leave_full(kernel::Thread& thread) {
    register kernel::Thread* x16 asm("x16") = &thread;
    asm volatile("mov sp, x18\n\t"
                 "ldp x8, x9, [x16, #160]\n\tldp x10, x11, [x16, #176]\n\t"
                 "msr sp_el0, x8\n\tmsr elr_el1, x9\n\tmsr spsr_el1, x10\n\tmsr tpidr_el0, x11\n\t"
                 "ldp x19, x20, [x16, #64]\n\tldp x21, x22, [x16, #80]\n\t"
                 "ldp x23, x24, [x16, #96]\n\tldp x25, x26, [x16, #112]\n\t"
                 "ldp x27, x28, [x16, #128]\n\tldp x29, x30, [x16, #144]\n\t"
                 "ldp x0, x1, [x16, #192]\n\tldp x2, x3, [x16, #208]\n\t"
                 "ldp x4, x5, [x16, #224]\n\tldp x6, x7, [x16, #240]\n\t"
                 "ldp x8, x9, [x16, #256]\n\tldp x10, x11, [x16, #272]\n\t"
                 "ldp x12, x13, [x16, #288]\n\tldp x14, x15, [x16, #304]\n\t"
                 "ldr x18, [x16, #336]\n\tldp x16, x17, [x16, #320]\n\t"
                 "eret\n\tdsb nsh\n\tisb" ::"r"(x16)
                 : "memory");
    __builtin_unreachable();
}

void leave(kernel::Thread& thread) {
    thread.frame_kind = kernel::FrameKind::running;
    if ((thread.gate & kernel::Gate::full_frame) == 0)
        leave_voluntary(&thread);
    thread.gate &= ~kernel::Gate::full_frame;
    leave_full(thread);
}

} // namespace arch
