// SPDX-License-Identifier: BSD-2-Clause
// Attributes of functions and data that the language has no word for.
#pragma once

/// Code and data of the boot: their pages go to the root task when it starts.
#define KERNEL_BOOT [[gnu::section(".boot.text"), gnu::noinline]]
#define KERNEL_BOOT_DATA [[gnu::section(".boot.data")]]
#define KERNEL_BOOT_BSS [[gnu::section(".boot.bss")]]

/// Part of a fastpath: no call, no stack.
#define KERNEL_HOT [[gnu::always_inline]] inline

/// Behind the assembler of the expected way out, which does not come back: Clang takes for cold what
/// leads to __builtin_unreachable().
#ifdef __clang__
#define KERNEL_GONE                                                                                \
    for (;;)                                                                                       \
    asm volatile("")
#else
#define KERNEL_GONE __builtin_unreachable()
#endif

/// Clang would make each instruction of a block conditional that begins otherwise.
/// KERNEL_APART: it would compute two conditions for one branch, if both were of the same value.
#ifdef __clang__
#define KERNEL_BRANCH asm volatile("")
#define KERNEL_APART(value)                                                                        \
    [](auto known) __attribute__((always_inline)) {                                                \
        asm("" : "+r"(known));                                                                     \
        return known;                                                                              \
    }(value)
#else
#define KERNEL_BRANCH static_cast<void>(0)
#define KERNEL_APART(value) (value)
#endif
