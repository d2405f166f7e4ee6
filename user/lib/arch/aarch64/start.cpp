// SPDX-License-Identifier: BSD-2-Clause
// First instructions of a program: argument and IPC buffer are in x0 and x1 already.

asm(R"(
    .pushsection .text.start, "ax"
    .globl _start
    .type _start, %function
_start:
    mov x29, #0
    mov x30, #0
    b program_start
    .popsection
)");
