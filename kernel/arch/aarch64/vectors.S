// SPDX-License-Identifier: BSD-2-Clause
// Exception vectors: which kind of frame an entry has is decided here (docs/design/frames.md). SP is the Cpu.
#include <arch/restore.hpp>
#include "asm_offsets.h"

// x17: the thread. Uses x19 to x22.
    .macro save_voluntary
    stp     x19, x20, [x17, #SAVED]
    stp     x21, x22, [x17, #SAVED + 16]
    stp     x23, x24, [x17, #SAVED + 32]
    stp     x25, x26, [x17, #SAVED + 48]
    stp     x27, x28, [x17, #SAVED + 64]
    stp     x29, x30, [x17, #SAVED + 80]
    mrs     x19, sp_el0
    mrs     x20, elr_el1
    mrs     x21, spsr_el1
    mrs     x22, tpidr_el0
    stp     x19, x20, [x17, #SAVED + 96]
    stp     x21, x22, [x17, #SAVED + 112]
    .endm

    .macro save_arguments
    stp     x0, x1, [x17, #ARGUMENT]
    stp     x2, x3, [x17, #ARGUMENT + 16]
    stp     x4, x5, [x17, #ARGUMENT + 32]
    stp     x6, x7, [x17, #ARGUMENT + 48]
    stp     x8, x9, [x17, #ARGUMENT + 64]
    .endm

// x16 and x17 are in the Cpu already. Leaves the thread in x17, the Cpu in x18.
    .macro save_full
    ldr     x17, [sp]
    save_arguments
    stp     x10, x11, [x17, #SCRATCH]
    stp     x12, x13, [x17, #SCRATCH + 16]
    stp     x14, x15, [x17, #SCRATCH + 32]
    str     x18, [x17, #SCRATCH + 64]
    ldp     x0, x1, [sp, #CPU_SCRATCH]
    stp     x0, x1, [x17, #SCRATCH + 48]
    mov     x18, sp
    save_voluntary
    ldr     w0, [x17, #THREAD_GATE]
    orr     w0, w0, #GATE_FULL
    str     w0, [x17, #THREAD_GATE]
    .endm

    .section .text.vectors, "ax"
    .balign 2048
    .global vectors
vectors:
    .rept   8                       // from EL1: the kernel never faults and masks interrupts
    .balign 128
    b       kernel_exception
    .endr

    .balign 128                     // synchronous from EL0
    stp     x16, x17, [sp, #CPU_SCRATCH]
    mrs     x16, esr_el1
    mov     w17, #0x56000000        // class SVC from AArch64, 4 bytes long; the rest is the number
    sub     w16, w16, w17
    cmp     w16, #1
    b.hi    other_synchronous
    ldr     x17, [sp]
    ldr     w16, [x17, #THREAD_GATE]
    tbnz    w16, #GATE_TRACED_BIT, full_synchronous
    mov     x18, sp
    save_voluntary
#ifdef __clang__
    mov     ARCH_FAST_CURRENT, x17
    mov     ARCH_FAST_REPLY, x8
#endif
    b.lo    kernel_fast_call        // number 0; the flags are still those of the comparison
    b       kernel_fast_reply_recv

    .balign 128                     // interrupt from EL0
    stp     x16, x17, [sp, #CPU_SCRATCH]
    save_full
    b       kernel_interrupt
    .balign 128                     // FIQ: group 0 is not ours
    b       kernel_exception
    .balign 128                     // SError from EL0
    stp     x16, x17, [sp, #CPU_SCRATCH]
    save_full
    b       aarch64_system_error
// AArch32: no thread can be in that state. What the entries above go on with stands in the rest of these four.
    .balign 128
    b       kernel_exception
other_synchronous:                  // w16: ESR less the class SVC, which leaves the number
    cmp     w16, #LAST_SYSCALL
    b.hi    full_synchronous
    ldr     x17, [sp]
    ldr     w17, [x17, #THREAD_GATE]
    tbnz    w17, #GATE_TRACED_BIT, full_synchronous
    ldr     x17, [sp]
    mov     x18, sp
#ifdef __clang__
    mov     ARCH_FAST_CURRENT, x17
    mov     ARCH_FAST_REPLY, x8
    mov     ARCH_FAST_NUMBER, x16
#endif
    b       kernel_fast_brief
    .global aarch64_slow_brief      // from there: x16 the number, x17 the thread, no frame yet
aarch64_slow_brief:
    save_voluntary
    b       slow_system_call

    .balign 128
    b       kernel_exception
// From the fastpath, which has left the argument registers as they were.
    .global aarch64_slow_number
aarch64_slow_number:                // x16
    ldr     x17, [x18]
#ifdef __clang__
    mov     x8, ARCH_FAST_REPLY
#endif
    mov     x9, xzr                 // a value of the kernel's by now
slow_system_call:
    save_arguments
    cmp     x16, #LAST_SYSCALL
    b.hi    1f
    mov     ARCH_ARGUMENT_1, x16
    b       kernel_syscall
1:  and     ARCH_ARGUMENT_2, x16, #31   // with its slot, which is as aligned
    sub     ARCH_ARGUMENT_1, x16, ARCH_ARGUMENT_2
    b       kernel_send

    .balign 128
    b       kernel_exception
full_synchronous:
    save_full
    mrs     x0, far_el1
    mrs     x1, esr_el1
    b       aarch64_synchronous

    .balign 128
kernel_exception:
    adrp    x9, fatal_stack_top
    add     sp, x9, :lo12:fatal_stack_top
    b       aarch64_kernel_exception

// From the brief fastpath: x13 to x17 are FastPolicy::Found.
    .global aarch64_slow_signal, aarch64_slow_message
aarch64_slow_signal:
    save_voluntary
    stp     x8, x9, [x17, #ARGUMENT + 64]
    b       kernel_fast_signal
aarch64_slow_message:
    save_voluntary
    stp     x8, x9, [x17, #ARGUMENT + 64]
    b       kernel_fast_message

    .section .bss
    .balign 16
    .space  2048
fatal_stack_top:
