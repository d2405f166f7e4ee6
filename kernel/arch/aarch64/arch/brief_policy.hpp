// SPDX-License-Identifier: BSD-2-Clause
// What the brief fastpath knows of AArch64.
#pragma once

#include <arch/fast_policy.hpp>

// As FastPolicy::found has it.
#define ARCH_BRIEF_FOUND(slot, queue, head)                                                        \
    register kernel::Word x13 asm("x13") = head;                                                   \
    register const kernel::Slot* x14 asm("x14") = slot;                                            \
    register kernel::Word* x15 asm("x15") = queue
#define ARCH_BRIEF_FOUND_INPUT "r"(x13), "r"(x14), "r"(x15)

namespace arch {

// Nothing is saved: C++ has x10 to x15, Clang x8, x10, x11, x13, x16, x17. Number and thread stay where the stub
// leaves them (restore.hpp), the capability in x0.
struct BriefPolicy {
    struct Entry {
        kernel::Thread* current;
        kernel::Word number;
    };

    KERNEL_HOT static Entry entry() {
        register kernel::Thread* thread asm(ARCH_TEXT(ARCH_FAST_CURRENT));
        asm volatile("// thread" : "=r"(thread));
        return {thread, 0};
    }
    KERNEL_HOT static kernel::Word number_of(const Entry&) {
        register kernel::Word number asm(ARCH_TEXT(ARCH_FAST_NUMBER));
        asm volatile("// number" : "=r"(number));
        return number;
    }
    KERNEL_HOT static bool is_traced(const Entry&) { return false; } // the stub has looked
    KERNEL_HOT static kernel::Ticks now() { return FastPolicy::now(); }
    [[noreturn]] KERNEL_HOT static void leave(const Entry&, [[maybe_unused]] kernel::Word path) {
        ARCH_BRIEF_PATH(path);
        asm volatile(ARCH_CLEAR_AND_LEAVE ::ARCH_BRIEF_PATH_INPUT : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with(const Entry&, kernel::Word tag) {
        register kernel::Word x1 asm("x1") = tag;
        asm volatile("mov x0, xzr\n\tmov x2, xzr\n\tmov x3, xzr\n\t"
                     "mov x4, xzr\n\tmov x5, xzr\n\tmov x6, xzr\n\tmov x7, xzr\n\t"
                     ARCH_CLEAR_AND_LEAVE ::"r"(x1)
                     : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void slow(const Entry&, [[maybe_unused]] kernel::Word path) {
        ARCH_BRIEF_PATH(path);
        asm volatile(ARCH_BRIEF_BACK "b aarch64_slow_brief" ::ARCH_BRIEF_PATH_INPUT : "memory");
        __builtin_unreachable();
    }
#ifndef __clang__
    static constexpr unsigned message_words = Registers::message_words;
    KERNEL_HOT static kernel::Word tag(const Entry&) { return FastPolicy::tag({}); }
    [[noreturn]] KERNEL_HOT static void slow_signal(const Entry&, const kernel::Slot* slot, kernel::Word* queue,
                                                    kernel::Word head) {
        ARCH_BRIEF_FOUND(slot, queue, head);
        asm volatile("b aarch64_slow_signal" ::ARCH_BRIEF_FOUND_INPUT : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_message(const Entry&, kernel::Word, const kernel::Slot* slot,
                                                     kernel::Word* queue, kernel::Word head) {
        ARCH_BRIEF_FOUND(slot, queue, head);
        asm volatile("str x0, [x17, #192]\n\tb aarch64_slow_message" ::ARCH_BRIEF_FOUND_INPUT : "memory");
        __builtin_unreachable();
    }
#endif
    [[noreturn]] KERNEL_HOT static void slow_with(const Entry&, [[maybe_unused]] kernel::Word path,
                                                  const kernel::Slot* slot) {
        ARCH_BRIEF_PATH(path);
        asm volatile("orr " ARCH_TEXT(ARCH_FAST_NUMBER) ", " ARCH_TEXT(ARCH_FAST_NUMBER) ", %0\n\t"
                     ARCH_BRIEF_BACK "b aarch64_slow_brief" ::"r"(slot) ARCH_BRIEF_PATH_TOO
                     : "memory");
        __builtin_unreachable();
    }
};

} // namespace arch
