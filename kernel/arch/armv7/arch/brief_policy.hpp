// SPDX-License-Identifier: BSD-2-Clause
// What the brief fastpath needs of this ISA; see fast_policy.hpp.
#pragma once

#include <arch/fast_policy.hpp>

// The voluntary frame is stored. The capability stays in r0, the thread in r8, the number in r12; Clang has them as
// variables.
#ifdef __clang__
#define ARCH_BRIEF_THREAD(entry) register kernel::Thread* r8 asm("r8") = (entry).current
#define ARCH_BRIEF_THREAD_INPUT "r"(r8)
#define ARCH_BRIEF_THREAD_TOO , "r"(r8)
#define ARCH_BRIEF_REGISTERS(entry)                                                                \
    ARCH_BRIEF_THREAD(entry);                                                                      \
    register kernel::Word r12 asm("r12") = (entry).number
#define ARCH_BRIEF_INPUT "r"(r8), "r"(r12)
#define ARCH_BRIEF_TOO , "r"(r8), "r"(r12)
#else
#define ARCH_BRIEF_THREAD(entry)
#define ARCH_BRIEF_THREAD_INPUT
#define ARCH_BRIEF_THREAD_TOO
#define ARCH_BRIEF_REGISTERS(entry)
#define ARCH_BRIEF_INPUT
#define ARCH_BRIEF_TOO
#endif

namespace arch {

struct BriefPolicy {
    static constexpr unsigned message_words = Registers::message_words;

    struct Entry {
        kernel::Thread* current;
        kernel::Word number;
    };

    KERNEL_HOT static Entry entry() {
        register kernel::Thread* current asm("r8");
#ifdef __clang__
        register kernel::Word number asm("r12");
        asm volatile("@ r8 r12" : "=r"(current), "=r"(number));
        return {current, number};
    }
    KERNEL_HOT static kernel::Word number_of(const Entry& entry) { return entry.number; }
#else
        asm volatile("@ r8" : "=r"(current));
        return {current, 0};
    }
    KERNEL_HOT static kernel::Word number_of(const Entry&) {
        register kernel::Word number asm("r12");
        asm volatile("@ r12" : "=r"(number));
        return number;
    }
#endif
    KERNEL_HOT static kernel::Word tag(const Entry& entry) { return FastPolicy::tag({entry.current, 0}); }
    KERNEL_HOT static bool is_traced(const Entry& entry) {
        return (entry.current->gate & kernel::Gate::traced) != 0;
    }
    KERNEL_HOT static kernel::Ticks now() { return arch::now(); }
    [[noreturn]] KERNEL_HOT static void leave([[maybe_unused]] const Entry& entry, kernel::Word) {
        ARCH_BRIEF_THREAD(entry);
        asm volatile(ARCH_LOAD_ALL ARCH_LEAVE_BRIEF : : ARCH_BRIEF_THREAD_INPUT : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with([[maybe_unused]] const Entry& entry, kernel::Word tag) {
        ARCH_BRIEF_THREAD(entry);
        asm volatile("mov r1, %0\n\tmov r0, #0\n\tmov r2, #0\n\tmov r3, #0\n\tmov r4, #0\n\t"
                     "mov r5, #0\n\t" ARCH_LEAVE_BRIEF
                     : : "ir"(tag) ARCH_BRIEF_THREAD_TOO : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void slow([[maybe_unused]] const Entry& entry, kernel::Word) {
        ARCH_BRIEF_REGISTERS(entry);
        asm volatile(ARCH_SLOW : : ARCH_BRIEF_INPUT : "memory");
        KERNEL_GONE;
    }
    /// As svc_slow, but that the thread is not traced; so below.
    [[noreturn]] KERNEL_HOT static void slow_yield(const Entry&, kernel::Word) {
        asm volatile(ARCH_STORE_ARGUMENTS
                     "mrc p15, 0, sp, c13, c0, 4\n\t"
                     "b %c0"
                     : : "i"(kernel_yield)
                     : "lr", "memory");
        KERNEL_GONE;
    }
    template <auto function>
    [[noreturn]] KERNEL_HOT static void slow_with([[maybe_unused]] const Entry& entry, kernel::Word,
                                                  const kernel::Slot* slot) {
        ARCH_BRIEF_REGISTERS(entry);
        asm volatile(ARCH_STORE_ARGUMENTS
                     "mrc p15, 0, sp, c13, c0, 4\n\t"
                     "mov r0, %0\n\t"
                     "mov r1, r12\n\t"
                     "b %c1"
                     : : "r"(slot), "i"(function) ARCH_BRIEF_TOO
                     : "lr", "memory");
        KERNEL_GONE;
    }
};

} // namespace arch
