// SPDX-License-Identifier: BSD-2-Clause
// Entries from user level. While a thread runs there, sp_svc points at the pc of its frame: `srsia` puts pc and CPSR
// there whatever mode the exception was taken in. The kernel itself runs with all masked; asynchronous aborts
// (CPSR.A) are open at user level, and svc and undefined instructions leave that to be undone (Arm ARM B1.8.5).

#include "asm_offsets.h"

    .syntax unified
    .arch armv7-a
    .arm

    .section .text.vectors, "ax"
    .global vectors
    .balign 64
    .type vectors, %object
vectors:
    b reset
    b undefined
    b svc
    b prefetch_abort
    b data_abort
    b reset
    b irq
    b fiq

    // The voluntary frame; then the fastpaths with r8 = current and all arguments in place.
svc:
    cpsid a
    stmdb sp, {r6-r11, sp, lr}^
    srsia sp!, #19                  // the arguments are room for GCC's spills, see fast_policy.hpp
    mrc p15, 0, r8, c13, c0, 2      // TPIDRURW
    str r8, [sp, #ARGUMENTS_THREAD_POINTER]
    sub r8, sp, #THREAD_ARGUMENTS
#ifdef __clang__                    // it cannot be kept away from them, and has a stack
    stmia sp, {r0-r5, r12}
    mrc p15, 0, sp, c13, c0, 4      // Cpu: the stack ends there
#endif
    cmp r12, #1
    blo kernel_fast_call
    beq kernel_fast_reply_recv
    b kernel_fast_brief

    .section .text.entries, "ax"
    .balign 4
    // r8 = current, arguments in place, r12 the number.
    .global svc_slow, svc_stored
    .type svc_slow, %function
    .type svc_stored, %function
svc_slow:
    add lr, r8, #THREAD_ARGUMENTS
    stmia lr, {r0-r5, r12}
svc_stored:
    ldr r1, [r8, #THREAD_GATE]
    mrc p15, 0, sp, c13, c0, 4      // Cpu: the stack ends there
    mov r0, r12
    tst r1, #GATE_TRACED
    bne 1f
    cmp r0, #SYSCALL_COUNT
    blo kernel_syscall
1:  orr r1, r1, #GATE_FULL_FRAME
    str r1, [r8, #THREAD_GATE]
    b kernel_unknown_syscall

    // The banked sp of the exception's mode holds nothing: scratch.
    .macro full_entry kind, correction, in_kernel=from_kernel, target=exception_from_user
    sub lr, lr, #\correction
    mrs sp, spsr
    tst sp, #15
    movne sp, #\kind
    bne \in_kernel
    srsia sp, #19
    cps #19
    stmdb sp, {r6-r11, sp, lr}^
    bl store_full
    .ifc \target, exception_from_user
    mov r0, #\kind
    .endif
    bl \target
    .endm

reset:
    full_entry 0, 0
undefined:
    cpsid a
    full_entry 1, 0
prefetch_abort:
    full_entry 2, 4
data_abort:
    full_entry 3, 8, abort_in_kernel, data_abort_from_user
fiq:
    full_entry 4, 4
irq:
    full_entry 5, 4, target=kernel_interrupt

    // Where they are not masked, the first instruction of svc or undefined was not over. That entry again, which has
    // changed nothing, as a full one: the abort is the thread's, at the instruction it came by.
abort_in_kernel:
    mrs sp, spsr
    tst sp, #ABORT_MASK
    movne sp, #3
    bne from_kernel
    msr cpsr_c, sp                  // its mode; leaves A, which the abort has set
    srsia sp, #19
    cps #19
    stmdb sp, {r6-r11, sp, lr}^
    bl store_full
    mov r0, #6
    bl exception_from_user

store_full:
    add r9, sp, #TRAP_ARGUMENTS
    stmia r9, {r0-r5, r12}
    mrc p15, 0, r8, c13, c0, 2
    str r8, [sp, #TRAP_THREAD_POINTER]
    ldr r1, [sp, #THREAD_GATE - THREAD_TRAP]
    orr r1, r1, #GATE_FULL_FRAME
    str r1, [sp, #THREAD_GATE - THREAD_TRAP]
    mrc p15, 0, sp, c13, c0, 4
    bx lr

    // void restore_registers(Registers*): to user level with all of them. A reservation of another thread must not make
    // this one's strex succeed (Arm ARM A3.4.5).
    .global restore_registers
    .type restore_registers, %function
restore_registers:
    clrex
    add sp, r0, #REGISTERS_TRAP
    ldrd r6, r7, [sp, #TRAP_THREAD_POINTER]
    mcr p15, 0, r6, c13, c0, 2
    mcr p15, 0, r7, c13, c0, 3
    add lr, sp, #TRAP_ARGUMENTS
    ldmia lr, {r0-r5, r12}
    ldmdb sp, {r6-r11, sp, lr}^
    rfeia sp

from_kernel:
    mov r0, sp
    mov r1, lr
    mrs r2, spsr
    cps #19
    mrc p15, 0, sp, c13, c0, 4
    b exception_from_kernel
