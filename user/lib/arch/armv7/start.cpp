// SPDX-License-Identifier: BSD-2-Clause
// First instructions of a program: argument and IPC buffer are in r0 and r1 already.

asm(R"(
    .pushsection .text.start, "ax"
    .globl _start
    .type _start, %function
_start:
    mov r11, #0
    mov lr, #0
    b program_start
    .popsection
)");
