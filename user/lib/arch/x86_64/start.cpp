// SPDX-License-Identifier: BSD-2-Clause
// First instructions of a program: argument and IPC buffer are in rdi and rsi already; the call
// aligns the stack.

asm(R"(
    .pushsection .text.start, "ax"
    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call program_start
    ud2
    .popsection
)");
