// SPDX-License-Identifier: BSD-2-Clause
// The ways between a user's root and the kernel's. NMIs need neither: they return at once.
#define KERNEL_ROOT ENTRY_SCRATCH + 16
#define USER_ROOT ENTRY_SCRATCH + 24
#define load_current(register) to_kernel_root register

    .macro to_kernel_root register
    mov core(KERNEL_ROOT), \register
    mov \register, %cr3
    mov core(CPU_CURRENT), \register
    .endm
    // What trap has popped is cleared: the stack stays mapped. All but selector and error code.
    .macro to_kernel_stack
    .irp word, 8, 16, 32, 56, 64
    movq $0, -\word(%rsp)
    .endr
    mov $STACK_TOP, %rsp
    .endm
    .macro load_last
    pushq at_rax(%rdi)
    pushq at_rdi(%rdi)
    mov core(USER_ROOT), %rax
    mov %rax, %cr3
    pop %rdi
    pop %rax
    movq $0, -8(%rsp)
    movq $0, -16(%rsp)
    .endm

    .section .text.entry, "ax"
    .global entry_area_sysret
    // r11 has the flags, rcx the instruction pointer, rsp is the user's.
entry_area_sysret:
    mov core(USER_ROOT), %rax
    mov %rax, %cr3
    xor %eax, %eax
    sysretq
    // It may have come on the way in or out, with either root.
fatal_trap:
    mov core(KERNEL_ROOT), %rax
    mov %rax, %cr3
    jmp trap_from_kernel
    .balign 64
#define trap_from_kernel fatal_trap
