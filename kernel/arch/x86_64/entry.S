// SPDX-License-Identifier: BSD-2-Clause
// Ways into the kernel and out: syscall, exceptions and interrupts, iretq.
#include "asm_offsets.h"
#define core(offset) x86_cpu + offset(%rip)
#include "entry_hooks.S"

    // at_NAME: offsets of arch::Registers in a Thread, in its order.
    .set offset, THREAD_REGISTERS
    .irp name, rbp,r12,r13,r14,r15,rsp,rip,fs,rdi,rsi,rdx,r8,r9,r10,rbx,rax,rcx,r11,rflags,gs
    .set at_\name, offset
    .set offset, offset + 8
    .endr
    .macro save base, names:vararg
    .irp name, \names
    mov %\name, at_\name(\base)
    .endr
    .endm
    .macro load base, names:vararg
    .irp name, \names
    mov at_\name(\base), %\name
    .endr
    .endm
    .macro take_gs scratch, base
    rdgsbase \scratch
    mov \scratch, at_gs(\base)
    xor \scratch, \scratch
    wrgsbase \scratch
    .endm

    .section .text.entry, "ax"
    .globl trap_vectors, syscall_entry, slow_call_entry, slow_reply_recv_entry, slow_entry, ignore_entry, x86_leave_full
    // 16 bytes per vector, from 0. Exceptions with an error code of their own push no zero.
    .set vector, 0
trap_vectors:
    .rept VECTOR_END
    .if (0x60227d00 >> (vector % 32) & (vector < 32) & 1) == 0
    push $0
    .endif
    push $vector
    jmp trap
    .set vector, vector + 1
    .balign 16
    .endr

syscall_entry:
    mov %r11, core(ENTRY_SCRATCH)       // flags
    load_current(%r11)
    mov %rsp, at_rsp(%r11)              // no stack yet: exceptions here have their own
    save %r11, rbp, r12, r13, r14, r15
    mov %rcx, at_rip(%r11)
    rdfsbase %rcx
    mov %rcx, at_fs(%r11)
    rdgsbase %rcx                       // 0 in the kernel: who uses it has full frames
    test %rcx, %rcx
    jnz traced
    testb $GATE_TRACED, GATE_FLAGS(%r11)
    jnz traced
    cmp $1, %al
    ja kernel_fast_brief
    .if FAST_STACK; lea at_rbp + 8(%r11), %rsp; .endif
    jb kernel_fast_call
    mov %rax, core(CPU_SCRATCH)
    jmp kernel_fast_reply_recv

slow_reply_recv_entry:
    mov core(CPU_SCRATCH), %rax
    jmp slow_entry
slow_call_entry:
    xor %eax, %eax
slow_entry:                             // r11: the thread
    save %r11, rdi, rsi, rdx, r8, r9, r10, rbx, rax
    cmp $SYSCALL_COUNT, %al
    jae traced
    movzbl %al, %ARGUMENT
    mov $STACK_TOP, %rsp
    call kernel_syscall
traced:
    save %r11, rdi, rsi, rdx, r8, r9, r10, rbx, rax
    mov at_rip(%r11), %rcx              // as the instruction left it: rcx = rip, r11 = flags
    mov %rcx, at_rcx(%r11)
    mov core(ENTRY_SCRATCH), %rcx
    mov %rcx, at_r11(%r11)
    mov %rcx, at_rflags(%r11)
    take_gs %rcx, %r11
    orb $GATE_FULL, GATE_FLAGS(%r11)
    movzbl %al, %edi                    // above it is the reply
    mov $STACK_TOP, %rsp
    call kernel_unknown_syscall

trap:
    testb $3, 24(%rsp)
    jz trap_in_kernel
    clac
    cld
    push %rax
    push %rcx
    load_current(%rcx)
    take_gs %rax, %rcx
    rdfsbase %rax
    mov %rax, at_fs(%rcx)
    save %rcx, rbp, r12, r13, r14, r15, rdi, rsi, rdx, r8, r9, r10, rbx, r11
    popq at_rcx(%rcx)
    popq at_rax(%rcx)
    pop %rdi                            // vector
    pop %rsi                            // error code
    popq at_rip(%rcx)
    pop %rax                            // code segment: there is only one
    popq at_rflags(%rcx)
    popq at_rsp(%rcx)
    orb $GATE_FULL, GATE_FLAGS(%rcx)
    to_kernel_stack
    call trap_from_user

    // In the kernel: a debug exception that the user armed (mov ss; syscall), an interrupt that
    // ends wait_for_interrupt, or a mistake.
trap_in_kernel:
    cmpq $1, (%rsp)
    je 2f
    cmpq $32, (%rsp)
    jae 1f
    pop %rdi
    pop %rsi
    mov (%rsp), %rdx
    and $~15, %rsp
    call trap_from_kernel
1:  andl $~0x200, 32(%rsp)              // back with interrupts masked
    mov (%rsp), %rax
    mov %rax, core(CPU_VECTOR)
2:  add $16, %rsp
ignore_entry:
    iretq

    // rdi: the thread, with a full frame.
x86_leave_full:
    pushq $USER_DATA
    pushq at_rsp(%rdi)
    pushq at_rflags(%rdi)
    pushq $USER_CODE
    pushq at_rip(%rdi)
    load %rdi, rbp, r12, r13, r14, r15, rsi, rdx, r8, r9, r10, rbx, rcx, r11
    mov at_fs(%rdi), %rax
    wrfsbase %rax
    mov at_gs(%rdi), %rax
    wrgsbase %rax
    load_last
    iretq
