// SPDX-License-Identifier: BSD-2-Clause
// What the fastpath knows of AArch64. Compiled with x1 to x7, x18 and the registers of restore.hpp
// fixed: message registers pass untouched.
#pragma once

#include <arch/address_space.hpp>
#include <arch/cpu.hpp>
#include <arch/fpu.hpp>
#include <arch/registers.hpp>
#include <arch/system_registers.hpp>
#include <arch/timer.hpp>
#include <arch/restore.hpp>

#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

namespace arch {

struct FastPolicy {
    static constexpr unsigned message_words = Registers::message_words;
    static constexpr bool keeps_buffers = true;
    static constexpr bool paths_apart = false;
    static constexpr bool inserts_bytes = true;
#ifdef __clang__
    static constexpr bool signals_in_registers = false;
    static constexpr bool memory_in_registers = false;
#else
    static constexpr bool signals_in_registers = true;
    static constexpr bool memory_in_registers = true;
#endif

    struct Entry {
        kernel::Thread* current;
        kernel::Word reply;
    };
    struct Space {
        SpaceToken token;
        KERNEL_HOT explicit Space(const kernel::VSpace* space) : token(space->token) {}
    };

    KERNEL_HOT static Entry entry() {
        register kernel::Thread* current asm(ARCH_TEXT(ARCH_FAST_CURRENT));
        register kernel::Word reply asm(ARCH_TEXT(ARCH_FAST_REPLY));
        asm volatile("// current" : "=r"(current));
        asm("// reply" : "=r"(reply));
        return {current, reply};
    }
    KERNEL_HOT static kernel::Word tag(const Entry&) {
        register kernel::Word x1 asm("x1");
        asm("// tag" : "=r"(x1));
        return x1;
    }
    KERNEL_HOT static kernel::Word first_word(const Entry&) {
        register kernel::Word x2 asm("x2");
        asm volatile("// word" : "=r"(x2));
        return x2;
    }
    KERNEL_HOT static Entry entry_of(kernel::Thread* current) { return {current, 0}; }
    KERNEL_HOT static uint32_t gate_difference(const Entry&, uint32_t gate) {
        return gate - cpu()->gate;
    }
    KERNEL_HOT static kernel::SchedContext* sched_context(const Entry&) {
        return cpu()->sched_context;
    }
    KERNEL_HOT static void set_current(const Entry&, kernel::Thread* thread) {
        cpu()->current = thread;
    }
    KERNEL_HOT static void clear(auto& word) { word = {}; }
    KERNEL_HOT static void set_fpu_owner(const Entry&, kernel::Thread* thread) { cpu()->fpu_owner = thread; }
    /// Without a barrier: the counter may be read early, but not before the exception that led here, since exceptions
    /// and ERET synchronise (Arm ARM, SCTLR_EL1.EIS and EOS). So it is a time of this entry, later than any that an
    /// earlier one has read, and the only one that what is committed goes by.
    KERNEL_HOT static kernel::Ticks now() {
        static_assert((SystemControl::off & (SystemControl::entry_synchronises | SystemControl::exit_synchronises)) ==
                      (SystemControl::entry_synchronises | SystemControl::exit_synchronises));
        kernel::Ticks value;
        asm volatile("mrs %0, cntvct_el0" : "=r"(value));
        return value;
    }
    KERNEL_HOT static kernel::Ticks now_on_stack() { return now(); }
    KERNEL_HOT static bool may_switch_space(Space space) { return space.token != 0; }
    KERNEL_HOT static void switch_space(const Entry&, Space space) { activate(space.token); }

    template <bool apart>
    KERNEL_HOT static void copy_words(kernel::Word* to, const kernel::Word* from,
                                      kernel::Word count) {
        if ((count & 1) != 0)
            *to++ = *from++;
        if constexpr (apart)
            return copy_blocks<1>(to, from, count / 2);
        if ((count & 2) != 0)
            copy_pairs<1>(to, from);
        if ((count & 4) != 0)
            copy_pairs<2>(to, from);
        copy_blocks<4>(to, from, count / 8);
    }

    KERNEL_HOT static void switch_fpu(void* from, const void* to) {
        save_registers(*static_cast<FpuState*>(from));
        load_registers(*static_cast<const FpuState*>(to));
    }

    [[noreturn]] KERNEL_HOT static void leave(const Entry&, kernel::Thread* thread, kernel::Word badge) {
        register kernel::Word x0 asm("x0") = badge;
        register kernel::Thread* x16 asm("x16") = thread;
        asm volatile(ARCH_FAST_STACK ARCH_RESTORE_VOLUNTARY ::"r"(x0), "r"(x16) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_full(kernel::Thread* thread) {
        register kernel::Thread* x0 asm("x0") = thread;
        asm volatile("b %c1" ::"r"(x0), "i"(arch::leave_full) : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void leave_with(kernel::Thread* thread, kernel::Word badge,
                                                   const kernel::Word* message) {
        register kernel::Word x0 asm("x0") = badge;
        register kernel::Thread* x16 asm("x16") = thread;
        register const kernel::Word* x17 asm("x17") = message;
        asm volatile("mov sp, x18\n\tldr x1, [x17]\n\tldp x2, x3, [x17, #8]\n\t"
                     "ldp x4, x5, [x17, #24]\n\tldp x6, x7, [x17, #40]\n\t"
                     ARCH_RESTORE_VOLUNTARY ::"r"(x0), "r"(x16), "r"(x17) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with_words(kernel::Thread* thread, kernel::Word badge,
                                                         kernel::Word tag, const kernel::Word* words) {
        register kernel::Word x0 asm("x0") = badge;
        register kernel::Word x1 asm("x1") = tag;
        register kernel::Word x2 asm("x2") = words[0];
        register kernel::Word x3 asm("x3") = words[1];
        register kernel::Word x4 asm("x4") = words[2];
        register kernel::Word x5 asm("x5") = words[3];
        register kernel::Word x6 asm("x6") = words[4];
        register kernel::Word x7 asm("x7") = words[5];
        register kernel::Thread* x16 asm("x16") = thread;
        asm volatile("mov sp, x18\n\t" ARCH_RESTORE_VOLUNTARY ::"r"(x0), "r"(x1), "r"(x2), "r"(x3), "r"(x4),
                     "r"(x5), "r"(x6), "r"(x7), "r"(x16)
                     : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with_signal(kernel::Thread* thread, kernel::Word badge) {
        register kernel::Word x0 asm("x0") = badge;
        register kernel::Thread* x16 asm("x16") = thread;
        asm volatile("mov x1, %2\n\tmov x2, xzr\n\tmov x3, xzr\n\tmov x4, xzr\n\tmov x5, xzr\n\t"
                     "mov x6, xzr\n\tmov x7, xzr\n\t" ARCH_RESTORE_VOLUNTARY ::"r"(x0), "r"(x16),
                     "i"(cobnut::Tag(0, 0, 0, cobnut::Kind::signal).raw())
                     : "memory");
        KERNEL_GONE;
    }
    /// What slow_signal and slow_message have found.
    struct Found {
        kernel::Thread* current;
        const kernel::Slot* slot;
        kernel::Word* queue;
        kernel::Word head;
        kernel::Word number;
    };
    KERNEL_HOT static Found found(const kernel::Slot*) {
        register kernel::Word head asm("x13");
        register const kernel::Slot* slot asm("x14");
        register kernel::Word* queue asm("x15");
        register kernel::Word number asm("x16");
        register kernel::Thread* current asm("x17");
        asm volatile("// found" : "=r"(head), "=r"(slot), "=r"(queue), "=r"(number), "=r"(current));
        return {current, slot, queue, head, number};
    }
    KERNEL_HOT static kernel::Word number_of(const Found& found, const kernel::Thread*) { return found.number; }
    KERNEL_HOT static void keep_message(const Entry&, kernel::Thread* thread) {
        static_assert(offsetof(kernel::Thread, registers.argument) == 192);
        asm volatile("str x1, [%0, #200]\n\tstp x2, x3, [%0, #208]\n\tstp x4, x5, [%0, #224]\n\t"
                     "stp x6, x7, [%0, #240]" ::"r"(thread)
                     : "memory");
    }
    [[noreturn]] KERNEL_HOT static void slow_send(const Entry&, kernel::Word path, kernel::Word number) {
        register kernel::Word x0 asm("x0") = path;
        register kernel::Word x16 asm("x16") = number;
        asm volatile("b aarch64_slow_number" ::"r"(x0), "r"(x16) : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_call(const Entry&, kernel::Word path) {
        slow<static_cast<unsigned>(cobnut::Syscall::call)>(path);
    }
    [[noreturn]] KERNEL_HOT static void slow_reply_recv(const Entry&, kernel::Word path) {
        slow<static_cast<unsigned>(cobnut::Syscall::reply_recv)>(path);
    }
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first, auto* second) {
        register auto* x16 asm("x16") = second;
        asm volatile("mov x0, %0\n\tb %c2" ::"r"(first), "r"(x16), "i"(function) : "memory");
        __builtin_unreachable();
    }
#ifdef __clang__
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_with(const Entry&, auto first, auto* second) {
        register auto x20 asm("x20") = first;
        register auto* x16 asm("x16") = second;
        asm volatile("b %c2" ::"r"(x20), "r"(x16), "i"(function) : "memory");
        __builtin_unreachable();
    }
#endif
    KERNEL_HOT static kernel::Thread* running() { return cpu()->current; }
    KERNEL_HOT static kernel::Word message(const Entry& entry, unsigned index) {
        register kernel::Word x3 asm("x3");
        register kernel::Word x4 asm("x4");
        if (index == 0)
            return first_word(entry);
        if (index == 1) {
            asm("// second word" : "=r"(x3));
            return x3;
        }
        asm("// third word" : "=r"(x4));
        return x4;
    }
    KERNEL_HOT static bool is_traced(const kernel::Thread&) { return false; } // the stub has looked
    [[noreturn]] KERNEL_HOT static void leave_with_answer(const Entry& entry, kernel::Word tag) {
        register kernel::Thread* x16 asm("x16") = entry.current;
        asm volatile("mov x0, xzr\n\tmov x1, %1\n\tmov x2, xzr\n\tmov x3, xzr\n\tmov x4, xzr\n\tmov x5, xzr\n\t"
                     "mov x6, xzr\n\tmov x7, xzr\n\t" ARCH_RESTORE_SAVED ARCH_CLEAR_AND_LEAVE ::"r"(x16), "i"(tag)
                     : "memory");
        KERNEL_GONE;
    }
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first) {
        asm volatile("mov x0, %0\n\tb %c1" ::"r"(first), "i"(function) : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_call_on(const Entry& entry, kernel::Word path, kernel::Slot* slot) {
        register kernel::Word x0 asm("x0") = path;
        static_assert(offsetof(kernel::Thread, registers.argument) == 192);
        asm volatile("stp x0, x1, [%1, #192]\n\tstp x2, x3, [%1, #208]\n\tstp x4, x5, [%1, #224]\n\t"
                     "stp x6, x7, [%1, #240]\n\tstp x8, xzr, [%1, #256]\n\tmov x0, %2\n\tb kernel_call_on"
                     ::"r"(x0), "r"(entry.current), "r"(slot)
                     : "memory");
        __builtin_unreachable();
    }
    template <class Object>
    KERNEL_HOT static Object* second() {
        register Object* x16 asm("x16");
        asm volatile("// second" : "=r"(x16));
        return x16;
    }

private:
    /// An instruction a pair, which counts the address on as well; loads first, none of which is used at once.
    template <unsigned pairs>
    KERNEL_HOT static void copy_pairs(kernel::Word*& to, const kernel::Word*& from) {
        kernel::Word first[pairs], second[pairs];
#pragma GCC unroll 4
        for (unsigned i = 0; i < pairs; ++i)
            asm volatile("ldp %0, %1, [%2], #16" : "=&r"(first[i]), "=&r"(second[i]), "+r"(from) : : "memory");
#pragma GCC unroll 4
        for (unsigned i = 0; i < pairs; ++i)
            asm volatile("stp %1, %2, [%0], #16" : "+r"(to) : "r"(first[i]), "r"(second[i]) : "memory");
    }
    template <unsigned pairs>
    KERNEL_HOT static void copy_blocks(kernel::Word* to, const kernel::Word* from, kernel::Word blocks) {
        if (blocks != 0)
            do
                copy_pairs<pairs>(to, from);
            while (--blocks != 0);
    }
    template <unsigned number>
    [[noreturn]] KERNEL_HOT static void slow(kernel::Word path) {
        // Whatever register it is in: GCC would have it move there before the checks.
        asm volatile("mov x0, %0\n\tmov x16, %1\n\tb aarch64_slow_number" ::"r"(path), "i"(number) : "memory");
        __builtin_unreachable();
    }
    KERNEL_HOT static kernel::Cpu* cpu() {
        register kernel::Cpu* x18 asm("x18");
        asm("// cpu" : "=r"(x18));
        return x18;
    }
};

} // namespace arch
