// SPDX-License-Identifier: BSD-2-Clause
// The first instructions: the RISC-V Image header, the kernel's tables, up to the linked address.
#include "asm_offsets.h"
    .section .head, "ax"
    .global _start
    .option norvc
_start:                             // Image header, Linux Documentation/arch/riscv/boot-image-header
    j       start
    nop
    .quad   0x200000                // offset from the begin of RAM
    .quad   image_size
    .quad   0                       // little endian
    .long   2, 0                    // version 0.2
    .quad   0
    .quad   0x5643534952            // "RISCV"
    .long   0x05435352, 0           // "RSC", 5

start:                              // a0: hart, a1: device tree
    csrw    sie, zero
    mv      s0, a0
    mv      s1, a1
    lla     sp, boot_stack_loaded
    lla     a0, _start
    call    boot_tables             // C++ that runs where it was loaded
    lla     t0, _start
    li      t1, IMAGE_TEXT
    sub     t1, t1, t0
    lla     t2, high
    add     t2, t2, t1
    csrw    stvec, t2
    sfence.vma
    csrw    satp, a0                // effective at once: the next fetch faults and goes on at the
    .balign 4                       // linked address (Privileged Architecture 4.1.11)
high:
    lla     sp, boot_stack_top
    lla     t0, trap_entry
    csrw    stvec, t0
    mv      a0, s0
    mv      a1, s1
    tail    boot_high

    .section .boot.data, "aw", %progbits
    .balign 16
    .space  8192
    .global boot_stack_top
boot_stack_top:
