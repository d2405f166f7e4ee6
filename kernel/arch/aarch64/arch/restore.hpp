// SPDX-License-Identifier: BSD-2-Clause
// Registers between stub and fastpath, and the last instructions of a return to user level.
#pragma once

// Where the stub leaves the current thread and the reply capability for the fastpath. Clang cannot
// keep its hands off x8 and x17, so there the stub copies them to registers that it can; it may
// also have spilled to the stack below the Cpu. preserve_none, which is what the stub has saved, has
// its first nine arguments in other registers.
#ifdef __clang__
#define ARCH_FAST_CALL __attribute__((preserve_none))
#define ARCH_FAST_PARAMETERS                                                                       \
    kernel::Word, kernel::Word, kernel::Word, kernel::Word, kernel::Word, kernel::Word,            \
        kernel::Word, kernel::Word, kernel::Word, kernel::Word path
#define ARCH_FAST_FROM_STUB arch::FastPolicy::entry()
#define ARCH_BRIEF_FROM_STUB arch::BriefPolicy::entry()
#define ARCH_FAST_STACK "mov sp, x18\n\t"
#define ARCH_FAST_CURRENT x14
#define ARCH_FAST_REPLY x15
#define ARCH_FAST_NUMBER x12
#define ARCH_ARGUMENT_1 x20
#define ARCH_ARGUMENT_2 x21
// The capability of a brief path, on which it keeps its hand; the rest as aarch64_slow_brief wants it.
#define ARCH_BRIEF_PATH(path) register kernel::Word x0 asm("x0") = path
#define ARCH_BRIEF_PATH_INPUT "r"(x0)
#define ARCH_BRIEF_PATH_TOO , "r"(x0)
#define ARCH_BRIEF_BACK "mov x8, x15\n\tmov x16, x12\n\tmov x17, x14\n\t"
#else
#ifndef __ASSEMBLER__
#define ARCH_FAST_CALL
#include <generic/contract/fast_entries.hpp>
#endif
#define ARCH_FAST_STACK
#define ARCH_FAST_CURRENT x17
#define ARCH_FAST_REPLY x8
#define ARCH_FAST_NUMBER x16
#define ARCH_ARGUMENT_1 x0
#define ARCH_ARGUMENT_2 x1
#define ARCH_BRIEF_PATH(path)
#define ARCH_BRIEF_PATH_INPUT
#define ARCH_BRIEF_PATH_TOO
#define ARCH_BRIEF_BACK
#endif
#define ARCH_TEXT_OF(token) #token
#define ARCH_TEXT(token) ARCH_TEXT_OF(token)

#ifndef __ASSEMBLER__
// Clears x8 to x18, returns. Nothing is executed behind ERET, speculation included.
#define ARCH_CLEAR_AND_LEAVE                                                                       \
    "mov x8, xzr\n\tmov x9, xzr\n\tmov x10, xzr\n\tmov x11, xzr\n\tmov x12, xzr\n\t"               \
    "mov x13, xzr\n\tmov x14, xzr\n\tmov x15, xzr\n\tmov x16, xzr\n\tmov x17, xzr\n\t"             \
    "mov x18, xzr\n\teret\n\tdsb nsh\n\tisb"

// x16: the thread.
#define ARCH_RESTORE_SAVED                                                                         \
    "ldp x19, x20, [x16, #64]\n\tldp x21, x22, [x16, #80]\n\tldp x23, x24, [x16, #96]\n\t"         \
    "ldp x25, x26, [x16, #112]\n\tldp x27, x28, [x16, #128]\n\tldp x29, x30, [x16, #144]\n\t"

// x16: the thread. Restores the voluntary frame, clears x8 to x18, returns. x0 to x7 carry the
// result.
#define ARCH_RESTORE_VOLUNTARY                                                                     \
    "ldp x8, x9, [x16, #160]\n\tldp x10, x11, [x16, #176]\n\t"                                     \
    "msr sp_el0, x8\n\tmsr elr_el1, x9\n\tmsr spsr_el1, x10\n\tmsr tpidr_el0, x11\n\t"             \
    ARCH_RESTORE_SAVED ARCH_CLEAR_AND_LEAVE
#endif
