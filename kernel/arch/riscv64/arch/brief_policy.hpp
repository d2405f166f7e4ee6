// SPDX-License-Identifier: BSD-2-Clause
// What the brief fastpath needs of this ISA; the macros of ways out are in fast_policy.hpp.
#pragma once

#include <arch/fast_policy.hpp>

// As FastPolicy::found has it.
#define ARCH_BRIEF_FOUND(slot, queue, head)                                                        \
    register const kernel::Slot* t4 asm("t4") = slot;                                              \
    register kernel::Word* t5 asm("t5") = queue;                                                   \
    register kernel::Word t6 asm("t6") = head
#define ARCH_BRIEF_FOUND_INPUT "r"(t4), "r"(t5), "r"(t6)

namespace arch {

// Only tp and s1 to s4 are saved, with Clang a4 to a7: C++ has them and t4 to t6, and no stack. The capability stays in
// a0, the number in t0, the thread in t3.
struct BriefPolicy {
    struct Entry {
        kernel::Thread* current;
        kernel::Word number;
    };

    KERNEL_HOT static Entry entry() {
        register kernel::Thread* current asm("t3");
        asm volatile("# t3" : "=r"(current));
        return {current, 0};
    }
    /// From its register each time: C++ has none to keep it in.
    KERNEL_HOT static kernel::Word number_of(const Entry&) {
        register kernel::Word number asm("t0");
        asm volatile("# t0" : "=r"(number));
        return number;
    }
    KERNEL_HOT static bool is_traced(const Entry&) { return false; } // the stub has looked
    KERNEL_HOT static kernel::Ticks now() { return arch::now(); }
    [[noreturn]] KERNEL_HOT static void leave(const Entry&, [[maybe_unused]] kernel::Word path) {
        static_assert(offsetof(kernel::Thread, registers) + offsetof(Registers, argument) == 192);
        ARCH_BRIEF_PATH(path);
        asm volatile(ARCH_BRIEF_ARGUMENTS ARCH_BRIEF_LEAVE ::ARCH_BRIEF_PATH_INPUT : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with(const Entry&, kernel::Word tag) {
        register kernel::Word a1 asm("a1") = tag;
        asm volatile("li a0, 0\n\tli a2, 0\n\tli a3, 0\n\tli a4, 0\n\tli a5, 0\n\t"
                     "li a6, 0\n\tli a7, 0\n\t" ARCH_BRIEF_LEAVE ::"r"(a1)
                     : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void slow(const Entry&, [[maybe_unused]] kernel::Word path) {
        ARCH_BRIEF_PATH(path);
        asm volatile("mv t4, t0\n\tj trap_slow_brief" ::ARCH_BRIEF_PATH_INPUT : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_yield(const Entry&, [[maybe_unused]] kernel::Word path) {
        ARCH_BRIEF_PATH(path);
        asm volatile("j trap_slow_yield" ::ARCH_BRIEF_PATH_INPUT : "memory");
        __builtin_unreachable();
    }
    static constexpr unsigned message_words = Registers::message_words;
    KERNEL_HOT static kernel::Word tag(const Entry&) { return FastPolicy::tag({}); }
    [[noreturn]] KERNEL_HOT static void slow_signal(const Entry&, const kernel::Slot* slot, kernel::Word* queue,
                                                    kernel::Word head) {
        ARCH_BRIEF_FOUND(slot, queue, head);
        asm volatile("j trap_slow_signal" ::ARCH_BRIEF_FOUND_INPUT : "memory");
        __builtin_unreachable();
    }
#ifndef __clang__ // it gains nothing by it
    [[noreturn]] KERNEL_HOT static void slow_message(const Entry&, [[maybe_unused]] kernel::Word path,
                                                     const kernel::Slot* slot, kernel::Word* queue, kernel::Word head) {
        ARCH_BRIEF_PATH(path);
        ARCH_BRIEF_FOUND(slot, queue, head);
        asm volatile("sd a0, 192(t3)\n\tj trap_slow_message" ::ARCH_BRIEF_FOUND_INPUT ARCH_BRIEF_PATH_TOO : "memory");
        __builtin_unreachable();
    }
#endif
    [[noreturn]] KERNEL_HOT static void slow_with(const Entry&, [[maybe_unused]] kernel::Word path,
                                                  const kernel::Slot* slot) {
        ARCH_BRIEF_PATH(path);
        asm volatile("mv t4, %0\n\tj trap_slow_brief" ::"r"(slot) ARCH_BRIEF_PATH_TOO : "memory");
        __builtin_unreachable();
    }
};

} // namespace arch
