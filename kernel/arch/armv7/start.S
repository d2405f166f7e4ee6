// SPDX-License-Identifier: BSD-2-Clause
// First instructions: image header, down from HYP, first page tables, MMU and caches on, into C++ at the linked address.
// Demanded of the boot loader: MMU and data cache off, the image cleaned to memory and on a 4 KiB boundary below 4 GiB,
// r2 = physical address of the device tree, SVC or HYP mode.

    .syntax unified
    .arch armv7-a
    .arch_extension virt
    .arm

    .equ block, 0x701               // valid 2 MiB block, normal memory, inner shareable, accessed
    .equ page, 0x703                // the same as a 4 KiB page
    .equ table, 3
    .equ read_only, 1 << 7
    .equ execute_never, 1 << 22     // XN, bit 54, in the upper word

    .section .boot.start, "ax"
    .global _start
_start:
    .rept 8                         // a loader of zImages expects eight instructions without effect
    mov r0, r0
    .endr
    b 1f
    .word 0x016f2818                // magic of a zImage, its start (any) and its end
    .word 0
    .word image_size

1:  mrs r3, cpsr
    and r3, r3, #0x1f
    cmp r3, #0x1a
    bne 2f
    // In HYP: leave nothing trapped, identify as the real CPU, timers open to SVC (Arm ARM B4.1.71, B8.1.5).
    mov r3, #0
    mcr p15, 4, r3, c1, c1, 0       // HCR
    mcr p15, 4, r3, c1, c1, 3       // HSTR
    mcrr p15, 4, r3, r3, c14        // CNTVOFF
    movw r3, #0x33ff
    mcr p15, 4, r3, c1, c1, 2       // HCPTR: only the bits that are one by definition
    mrc p15, 4, r3, c1, c1, 1       // HDCR: keep HPMN, drop the traps
    and r3, r3, #0x1f
    mcr p15, 4, r3, c1, c1, 1
    mrc p15, 4, r3, c14, c1, 0      // CNTHCTL: counter and physical timer
    orr r3, r3, #3
    mcr p15, 4, r3, c14, c1, 0
    mrc p15, 0, r3, c0, c0, 0
    mcr p15, 4, r3, c0, c0, 0       // VPIDR = MIDR
    mrc p15, 0, r3, c0, c0, 5
    mcr p15, 4, r3, c0, c0, 5       // VMPIDR = MPIDR
    mov r3, #0xd3
    msr spsr_hyp, r3
    adr r3, 2f
    msr elr_hyp, r3
    eret
2:  cpsid aif, #0x13
    mrc p15, 0, r3, c1, c0, 0       // SCTLR: M, A, C, V, I, WXN, UWXN, EE, TRE, AFE, TE off
    ldr r4, =0x72183007
    bic r3, r3, r4
    mcr p15, 0, r3, c1, c0, 0
    isb
    mov r4, #0
    mcr p15, 0, r4, c7, c5, 0       // ICIALLU, BPIALL, TLBIALL
    mcr p15, 0, r4, c7, c5, 6
    mcr p15, 0, r4, c8, c7, 0

    // What was written with the cache off must not be hidden by an old line: out with all lines of the image.
    adr r9, _start
    ldr r10, =image_size
    add r10, r9, r10
    mrc p15, 0, r5, c0, c0, 1       // CTR.DminLine, in words
    ubfx r5, r5, #16, #4
    mov r6, #4
    lsl r5, r6, r5
    mov r6, r9
3:  mcr p15, 0, r6, c7, c14, 1      // DCCIMVAC
    add r6, r6, r5
    cmp r6, r10
    blo 3b
    dsb

    // Level 1, four entries: [3] the kernel's level 2; the place where this code runs now gets one of its own.
    ldr r5, =kernel_tables_offset
    add r5, r9, r5                  // r5 level 1, r6 level 2 of 0xc0000000, r7 level 2 of the identity
    add r6, r5, #4096
    ldr r7, =boot_tables_offset
    add r7, r9, r7
    orr r3, r6, #table
    str r3, [r5, #3 * 8]
    lsr r8, r9, #30
    cmp r8, #3
    moveq r7, r6
    orr r3, r7, #table
    str r3, [r5, r8, lsl #3]
    ldr r3, =block
    lsr r11, r9, #21
    orr r3, r3, r11, lsl #21
    ubfx r11, r9, #21, #9
    str r3, [r7, r11, lsl #3]

    // The image at its linked place: a block read-only and a block not executable when it lies congruent to that,
    // else a level 3 for both with all rights, until C++ has moved it.
    add r6, r6, #384 * 8            // of 0xf0000000; 0xf1000000 is 8 entries on
    ubfx r3, r9, #0, #21
    ldr r11, =image_load_offset
    cmp r3, r11
    bne 4f
    ldr r3, =block
    lsr r8, r9, #21
    orr r3, r3, r8, lsl #21
    str r3, [r6, #8 * 8]
    orr r3, r3, #read_only
    str r3, [r6]
    mov r3, #execute_never
    str r3, [r6, #8 * 8 + 4]
    b 6f
4:  ldr r7, =boot_tables_offset + 4096
    add r7, r9, r7
    orr r3, r7, #table
    str r3, [r6]
    str r3, [r6, #8 * 8]
    add r7, r7, r11, lsr #12 - 3
    ldr r3, =page
    orr r3, r9, r3
    orr r8, r10, #page & 0xff
5:  str r3, [r7], #8
    add r3, r3, #4096
    cmp r3, r8
    blo 5b

6:  dsb
    ldr r3, =0x000444ff             // MAIR0: write-back, uncached, device, strongly ordered
    mcr p15, 0, r3, c10, c2, 0
    ldr r3, =0xb5003500             // TTBCR: LPAE, cacheable walks, all by TTBR0 for now
    mcr p15, 0, r3, c2, c0, 2
    mov r3, #0
    mcrr p15, 0, r5, r3, c2         // TTBR0 and TTBR1
    mcrr p15, 1, r5, r3, c2
    isb
    mrc p15, 0, r3, c1, c0, 0
    orr r3, r3, #0x1800             // I, Z
    orr r3, r3, #5                  // C, M
    mcr p15, 0, r3, c1, c0, 0
    isb
    mov r0, r2
    mov r1, r9
    ldr sp, =boot_stack_top
    ldr pc, =boot_entry

    // void boot_restart(uint32_t device_tree, uint32_t to, uint32_t from): once more from the image's copy. Goes over
    // to the identity, turns MMU and caches off; the copy has been cleaned to memory.
    .global boot_restart
boot_restart:
    ldr r3, =image_begin
    adr r4, 7f
    sub r4, r4, r3
    add r4, r4, r2
    bx r4
7:  mrc p15, 0, r3, c1, c0, 0
    bic r3, r3, #0x1000
    bic r3, r3, #5
    mcr p15, 0, r3, c1, c0, 0
    isb
    mov r2, r0
    bx r1

    .section .boot.bss, "aw", %nobits
    .balign 8
    .space 8192
boot_stack_top:
