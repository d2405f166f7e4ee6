// SPDX-License-Identifier: BSD-2-Clause
// Boot headers and the way from 32-bit protected mode to boot_main.
// Minus TEXT and DATA, addresses are physical ones.
#include "asm_offsets.h"

    .section .boot.head, "ax"
multiboot_header:
    // Flags: page-aligned modules, memory map, address fields.
    .long 0x1badb002, 0x00010003, -(0x1badb002 + 0x00010003)
    .long multiboot_header - TEXT, image_start - TEXT, data_end - DATA, image_end - DATA
    .long multiboot_entry - TEXT

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, 18                      // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long pvh_entry - TEXT

    .section .boot.text, "ax"
    .code32
    .global multiboot_entry
pvh_entry:
    mov $0x336ec578, %eax
multiboot_entry:
    cld
    mov %eax, %edi                      // the two arguments of boot_main
    mov %ebx, %esi
    mov $0x80000001, %eax
    cpuid
    not %edx
    test $0x20100000, %edx              // long mode and no-execute
    jnz refuse
    mov $boot_pml4 - DATA, %eax
    mov %eax, %cr3
    mov $0x20, %eax                     // CR4.PAE
    mov %eax, %cr4
    mov $0xc0000080, %ecx               // EFER: NXE, LME, SCE
    mov $0x901, %eax
    xor %edx, %edx
    wrmsr
    mov $0x80010033, %eax               // CR0: PG, WP, NE, ET, MP, PE
    mov %eax, %cr0
    lgdt gdt_pointer - TEXT
    ljmp $8, $long_mode - TEXT
refuse:
    mov $refusal - TEXT, %esi
    mov $0x3f8, %dx
1:  lodsb
    out %al, %dx
    mov $0x10000, %ecx                  // longer than a character takes at 9600 baud
2:  loop 2b
    test %al, %al
    jnz 1b
3:  hlt
    jmp 3b

    .code64
long_mode:
    movabs $1f, %rax
    jmp *%rax
1:  mov $16, %eax
    mov %eax, %ss
    mov $boot_stack_top, %rsp
    call boot_main

gdt_pointer:
    .word 23
    .long descriptors - DATA
refusal:
    .asciz "cobnut: fatal: the processor has no 64-bit mode with no-execute pages\r\n"

    .section .boot.bss, "aw", @progbits
    .balign 16
    .space 16384
boot_stack_top:
