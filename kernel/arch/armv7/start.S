// SPDX-License-Identifier: BSD-2-Clause
// First instructions: image header, down from HYP, into C++ at the linked address. Demanded of the loader: MMU and data
// cache off, the image cleaned to memory and on a 4 KiB boundary below 4 GiB, r2 = device tree, SVC or HYP mode, and of
// firmware in the secure world that the core takes part in coherency (ACTLR.SMP).

    .syntax unified
    .arch armv7-a
    .arch_extension virt
    .arm

    .section .boot.start, "ax"
    .balign 4
    .global _start
_start:
    .rept 8                         // a loader of zImages expects eight instructions without effect
    mov r0, r0
    .endr
    b 1f
    .word 0x016f2818                // magic of a zImage, its start (any) and its end
    .word 0
    .word image_size

1:  adr r9, _start
    mov r10, r2
    ldr r11, =boot_stack_offset
    add r11, r9, r11
    mrs r3, cpsr
    and r3, r3, #0x1f
    cmp r3, #0x1a
    bne 2f
    mov sp, r11
    bl boot_open_svc
    movw r3, #0x1d3                 // SVC, all masked
    msr spsr_hyp, r3
    adr r3, 2f
    msr elr_hyp, r3
    eret
2:  cpsid aif, #0x13
    mov sp, r11
    mov r0, r9
    bl boot_enable_mmu
    mov r0, r10
    mov r1, r9
    ldr sp, =boot_stack_top
    ldr pc, =boot_entry

    // void boot_restart(uint32_t device_tree, uint32_t to, uint32_t from): once more from the image's copy. Goes over
    // to the identity, turns MMU and caches off; the copy has been cleaned to memory.
    .global boot_restart
    .type boot_restart, %function
boot_restart:
    ldr r3, =image_begin
    adr r4, 3f
    sub r4, r4, r3
    add r4, r4, r2
    bx r4
3:  mrc p15, 0, r3, c1, c0, 0
    bic r3, r3, #0x1000
    bic r3, r3, #5
    mcr p15, 0, r3, c1, c0, 0
    isb
    mov r2, r0
    bx r1

    .section .boot.bss, "aw", %nobits
    .balign 8
    .space 8192
    .global boot_stack_top
boot_stack_top:
