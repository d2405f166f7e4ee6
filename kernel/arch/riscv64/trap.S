// SPDX-License-Identifier: BSD-2-Clause
// Entry from user level and the slow ways back. sscratch holds the Cpu whenever no trap is being entered.
#include "asm_offsets.h"
#define SAVED       THREAD_REGISTERS
#define TP          (THREAD_REGISTERS + 14 * 8)
#define PC          (THREAD_REGISTERS + 15 * 8)
#define ARGUMENTS   (THREAD_REGISTERS + 16 * 8)
#define REST        (THREAD_REGISTERS + 27 * 8)
#define BEQ         0
#define BNE         1

    .macro each operation, first, registers:vararg
    .set place, \first
    .irp register, \registers
    \operation \register, place(t3)
    .set place, place + 8
    .endr
    .endm
    .macro voluntary operation
    each \operation, SAVED, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, gp, sp
    .endm
    .macro arguments operation
    each \operation, ARGUMENTS, a0, a1, a2, a3, a4, a5, a6, a7, t0, t1, t2
    .endm

    .global trap_entry, trap_entry_traced, trap_slow_syscall, trap_slow_brief
    .global trap_slow_signal, trap_slow_message, trap_slow_yield, leave_full, leave_thread_full
    // A branch to another section, which link.ld keeps within reach: for all that the assembler knows it is not.
    .macro far_branch operation, register, target
    .reloc  ., R_RISCV_BRANCH, \target
    .insn   s 0x63, \operation, x0, 0(\register)
    .endm
    .macro begin_leg
    ld      t3, CPU_CURRENT(tp)
    voluntary sd
    csrrw   s0, sscratch, tp
    csrr    s1, sepc
#ifdef __clang__
    mv      sp, tp                  // it may spill in the fastpath
#endif
    sd      s0, TP(t3)
    addi    s1, s1, 4
    sd      s1, PC(t3)
    .endm

    // Three stubs, which go on in the function that link.ld places behind them: nothing lies between.
    .option norelax
    .section .text.fast.call, "ax"
trap_entry:
    csrrw   tp, sscratch, tp
    sd      t3, CPU_SCRATCH(tp)
    csrr    t3, scause
    addi    t3, t3, -8              // environment call from user level
    far_branch BNE, t3, full
    far_branch BNE, t0, other_than_call
    begin_leg                       // kernel_fast_call

    .section .text.fast.reply_recv, "ax"
other_than_call:
    addi    t3, t0, -1
    far_branch BNE, t3, other_syscall
    begin_leg                       // kernel_fast_reply_recv

    .section .text.fast.brief, "ax"
other_syscall:
    sltiu   t3, t0, SYSCALL_COUNT
    far_branch BEQ, t3, full
    ld      t3, CPU_CURRENT(tp)
    csrrw   t4, sscratch, tp
    sd      t4, TP(t3)
#ifdef __clang__                    // it would save the others itself, and sp is the user's
    each    sd, ARGUMENTS + 32, a4, a5, a6, a7
#else
    each    sd, SAVED + 8, s1, s2, s3, s4
#endif                              // kernel_fast_brief

    .section .text.fast, "ax"
    .macro rest_of_voluntary
    each    sd, SAVED, s0
#ifdef __clang__
    each    sd, SAVED + 8, s1, s2, s3, s4
#endif
    each    sd, SAVED + 40, s5, s6, s7, s8, s9, s10, s11, gp, sp
    csrr    s1, sepc
    addi    s1, s1, 4
    sd      s1, PC(t3)
    .endm
trap_slow_yield:
    rest_of_voluntary
#ifdef __clang__
    each    sd, ARGUMENTS, a0, a1, a2, a3
    each    sd, ARGUMENTS + 64, t0, t1, t2
#else
    arguments sd
#endif
    mv      sp, tp
    j       kernel_yield
    .macro go_on_in function        // from there: these are saved, t4 to t6 are FastPolicy::Found
#ifdef __clang__
    each    ld, ARGUMENTS + 32, a4, a5, a6, a7
#endif
    rest_of_voluntary
    each    sd, ARGUMENTS + 64, t0, t1, t2
    mv      sp, tp
    j       \function
    .endm
trap_slow_signal:
    go_on_in kernel_fast_signal
trap_slow_message:
    go_on_in kernel_fast_message
trap_slow_brief:                    // the same; t4 is the number, or the slot for kernel_send
#ifdef __clang__
    each    sd, ARGUMENTS, a0, a1, a2, a3
#endif
    rest_of_voluntary
#ifdef __clang__
    j       2f
#endif
trap_slow_syscall:                  // t0 and the arguments are as the user left them, t3 the thread, t4 as above
    each    sd, ARGUMENTS, a0, a1, a2, a3, a4, a5, a6, a7
2:  each    sd, ARGUMENTS + 64, t0, t1, t2
    mv      sp, tp
    mv      a0, t4
    bne     t4, t0, 1f
    j       kernel_syscall
1:  mv      a1, t0
    j       kernel_send

    .balign 4
trap_entry_traced:                  // of alien threads: no system call is one
    csrrw   tp, sscratch, tp
    sd      t3, CPU_SCRATCH(tp)
    la      t3, trap_entry
    csrw    stvec, t3
full:
    csrr    t3, sstatus
    andi    t3, t3, 1 << 8          // SPP
    bnez    t3, kernel_fault
    ld      t3, CPU_CURRENT(tp)
    voluntary sd
    arguments sd
    each sd, REST, ra, t4, t4, t5, t6
    ld      s2, CPU_SCRATCH(tp)
    csrrw   s0, sscratch, tp
    csrr    s1, sepc
    sd      s2, REST+8(t3)
    sd      s0, TP(t3)
    sd      s1, PC(t3)
    lw      s1, THREAD_GATE(t3)
    li      s0, GATE_FULL_FRAME
    or      s1, s1, s0
    sw      s1, THREAD_GATE(t3)
    mv      sp, tp
    j       trap_from_user
kernel_fault:
    j       trap_from_kernel

leave_full:
    mv      t3, a0
leave_thread_full:                  // t3: the thread
    sc.d    zero, t3, (tp)          // to Cpu::current, which it is: no reservation may outlive a switch
    ld      t4, PC(t3)              // (Unprivileged ISA 8.2)
    csrw    sepc, t4
    ld      tp, TP(t3)
    voluntary ld
    arguments ld
    each ld, REST, ra, t4, t4, t5, t6
    ld      t3, REST+8(t3)
    sret
