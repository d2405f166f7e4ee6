// SPDX-License-Identifier: BSD-2-Clause
// The first instructions: the arm64 Image header, down to EL1, MMU on, up to the linked address.
#include "asm_offsets.h"

    .section .head, "ax"
    .global _start
_start:                             // Image header, Linux Documentation/arch/arm64/booting
    b       start
    nop
    .quad   0                       // text offset from a 2 MiB boundary
    .quad   image_size
    .quad   0xa                     // little endian, 4 KiB pages, anywhere in memory
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

    .section .boot.text, "ax"
start:
    msr     daifset, #15
    mov     x19, x0                 // device tree
    adrp    x20, _start
    adrp    x9, boot_stack_top      // its place is image_data_offset below its linked address
    add     x9, x9, :lo12:boot_stack_top
    sub     x9, x9, #IMAGE_DATA_OFFSET
    mov     sp, x9
    mrs     x9, CurrentEL
    cmp     x9, #(2 << 2)
    b.lo    at_el1
    b.hi    park                    // EL3: no firmware below, nothing to say it with
    ldr     x9, =0x30c50830         // SCTLR_EL2: all off, RES1 bits
    msr     sctlr_el2, x9
    isb
    bl      boot_leave_el2
    mov     x9, sp
    msr     sp_el1, x9
    mov     x9, #0x3c5              // EL1h, all masked
    msr     spsr_el2, x9
    adr     x9, at_el1
    msr     elr_el2, x9
    eret
at_el1:
    ldr     x9, =0x30d00800         // SCTLR_EL1: all off, RES1 bits
    msr     sctlr_el1, x9
    isb
    mov     x0, x20
    mov     x1, x19
    bl      boot_enable_mmu         // returns below, in the identity mapping
    cbz     x0, park
    mov     x0, x20
    mov     x1, x19
    ldr     x9, =boot_stack_top
    mov     sp, x9
    mov     x29, xzr
    mov     x30, xzr
    ldr     x9, =boot_high
    br      x9
park:
    wfi
    b       park
    .ltorg

    .section .boot.bss, "aw", %progbits
    .balign 4096
    .space  8192
boot_stack_top:
