// SPDX-License-Identifier: BSD-2-Clause
// What the fastpath template needs of this ISA. The stub leaves the capability in r0, the tag in r1, the message in
// r2-r5, the reply capability in r6 and the current thread in r8.
#pragma once

#include <arch/address_space.hpp>
#include <arch/cpu.hpp>
#include <arch/fpu.hpp>
#include <arch/layout.hpp>
#include <arch/registers.hpp>
#include <arch/timer.hpp>
#include <generic/base/attributes.hpp>
#define ARCH_FAST_CALL
#include <generic/contract/fast_entries.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

/// Clang has no -ffixed-REG on ARM: there the stub stores the arguments in the frame of the thread, whose other half it
/// writes anyway.
#ifdef __clang__
#define ARCH_LOAD_ARGUMENTS(current) "add r12, " current ", #84\n\tldm r12, {r1-r5}\n\t"
#define ARCH_LOAD_ALL "add r12, r8, #80\n\tldm r12, {r0-r5}\n\t"
#define ARCH_SLOW "b svc_stored"
#define ARCH_STORE_ARGUMENTS
#define ARCH_CURRENT(current) , "r"(current)
#else
#define ARCH_LOAD_ARGUMENTS(current)
#define ARCH_LOAD_ALL
#define ARCH_SLOW "b svc_slow"
#define ARCH_STORE_ARGUMENTS "add lr, r8, #80\n\tstmia lr, {r0-r5, r12}\n\t"
#define ARCH_CURRENT(current)
#endif

// Whatever register it is in: GCC would have it move there before the checks.
#define ARCH_MOVE(to, from) ".ifnc " from "," to "\n\tmov " to ", " from "\n\t.endif\n\t"

// sp: the thread's pc. Restores the voluntary frame, clears r12, returns.
#define ARCH_TO_FRAME "add sp, %0, #72\n\t"
#define ARCH_RESTORE_VOLUNTARY                                                                     \
    "ldrd r8, r9, [sp, #40]\n\t"                                                                   \
    "mcr p15, 0, r8, c13, c0, 2\n\t"                                                               \
    "mcr p15, 0, r9, c13, c0, 3\n\t"                                                               \
    "ldmdb sp, {r6-r11, sp, lr}^\n\t"                                                              \
    "mov r12, #0\n\t"                                                                              \
    "rfeia sp"

// sp: the pc of the thread, which runs on: its thread registers have not changed.
#define ARCH_RETURN                                                                                \
    "ldmdb sp, {r6-r11, sp, lr}^\n\t"                                                              \
    "mov r12, #0\n\t"                                                                              \
    "rfeia sp"
#define ARCH_LEAVE_BRIEF "add sp, r8, #72\n\t" ARCH_RETURN

// GCC would save registers that the stub has saved. Without that it has no frame either: what it spills goes to [sp, #n],
// where the stub points at the unused arguments of the current thread.
#ifdef __clang__
#define ARCH_FAST_ENTRY noreturn
#else
#define ARCH_FAST_ENTRY noreturn, gnu::naked
#endif

// link.ld puts them right behind the stub: no line of the instruction cache is left half used.
extern "C" {
[[ARCH_FAST_ENTRY, gnu::section(".text.fast.call")]] void kernel_fast_call(kernel::Word path);
[[ARCH_FAST_ENTRY, gnu::section(".text.fast.reply_recv"), gnu::aligned(64)]] void
kernel_fast_reply_recv(kernel::Word path);
[[ARCH_FAST_ENTRY]] void kernel_fast_brief(kernel::Word path);
[[ARCH_FAST_ENTRY]] void kernel_fast_call_exchange(const kernel::Slot* slot);
[[ARCH_FAST_ENTRY]] void kernel_fast_reply_recv_exchange(kernel::Word path);
[[ARCH_FAST_ENTRY]] void kernel_fast_memory(kernel::Word path);
// On the kernel stack, which they do not use.
[[ARCH_FAST_ENTRY]] void kernel_signal(const kernel::Slot* slot, kernel::Word number);
[[ARCH_FAST_ENTRY]] void kernel_message(const kernel::Slot* slot, kernel::Word number);
[[ARCH_FAST_ENTRY]] void kernel_yield();
[[ARCH_FAST_ENTRY]] void
kernel_stopped(kernel::Word word2, kernel::Word word3, kernel::Word word4, kernel::Word tag);
[[noreturn]] void restore_registers(arch::Registers* frame);
}

namespace arch {

struct FastPolicy {
    static constexpr unsigned message_words = Registers::message_words;
    static constexpr bool keeps_buffers = false;
    static constexpr bool paths_apart = true;
    static constexpr bool inserts_bytes = true;
#ifdef __clang__
    static constexpr bool asks_again = true;
#endif
    static constexpr bool signals_in_registers = false;
    static constexpr bool few_registers = true;
#ifdef __clang__
    static constexpr bool memory_in_registers = false;
#else
    static constexpr bool memory_in_registers = true;
#endif

    struct Entry {
        kernel::Thread* current;
        kernel::Word reply;
    };
    using Space = const kernel::VSpace*;

    KERNEL_HOT static Entry entry() {
        register kernel::Thread* current asm("r8");
        register kernel::Word reply asm("r6");
        // Texts must differ from those of other such statements, or compilers merge them.
        asm volatile("@ r8 r6" : "=r"(current), "=r"(reply));
        return {current, reply};
    }
    KERNEL_HOT static kernel::Word tag([[maybe_unused]] const Entry& entry) {
#ifdef __clang__
        return entry.current->registers.tag();
#else
        register kernel::Word tag asm("r1");
        asm("@ r1" : "=r"(tag));
        return tag;
#endif
    }
    KERNEL_HOT static Entry entry_of(kernel::Thread* current) { return {current, 0}; }
    KERNEL_HOT static uint32_t gate_difference(const Entry&, uint32_t gate) {
        return gate - current_cpu().gate;
    }
    KERNEL_HOT static kernel::SchedContext* sched_context(const Entry&) {
        return current_cpu().sched_context;
    }
    KERNEL_HOT static void set_current(const Entry&, kernel::Thread* thread) {
        current_cpu().current = thread;
    }
    KERNEL_HOT static void clear(auto& word) { word = {}; }
    KERNEL_HOT static void set_fpu_owner(const Entry&, kernel::Thread* thread) { current_cpu().fpu_owner = thread; }
    KERNEL_HOT static kernel::Ticks now() { return arch::now(); }
    KERNEL_HOT static kernel::Ticks now_on_stack() { return now(); }
    KERNEL_HOT static bool may_switch_space(Space space) { return space->asid != asid_none; }
    KERNEL_HOT static void switch_space(const Entry&, Space space) { activate(space->token); }

    template <bool>
    // Four words an instruction; r7, r9, r10 and r12 are the stub's to give.
    // NOLINTNEXTLINE(readability-non-const-parameter): the instructions write there
    KERNEL_HOT static void copy_words(kernel::Word* to, const kernel::Word* from,
                                      kernel::Word count) {
        register kernel::Word rest asm("r0") = count;
        asm volatile("subs %2, %2, #4\n\t"
                     "blo 2f\n"
                     "1:\tldmia %1!, {r7, r9, r10, r12}\n\t"
                     "stmia %0!, {r7, r9, r10, r12}\n\t"
                     "subs %2, %2, #4\n\t"
                     "bhs 1b\n"
                     "2:\tadds %2, %2, #4\n\t"
                     "beq 4f\n"
                     "3:\tldr r7, [%1], #4\n\t"
                     "str r7, [%0], #4\n\t"
                     "subs %2, %2, #1\n\t"
                     "bne 3b\n"
                     "4:"
                     : "+r"(to), "+r"(from), "+r"(rest)
                     : : "r7", "r9", "r10", "r12", "cc", "memory");
    }

    KERNEL_HOT static void switch_fpu(void* from, const void* to) {
        save_registers(*static_cast<FpuState*>(from));
        load_registers(*static_cast<const FpuState*>(to));
    }

    [[noreturn]] KERNEL_HOT static void leave([[maybe_unused]] const Entry& entry, kernel::Thread* thread,
                                               kernel::Word badge) {
        static_assert(offsetof(kernel::Thread, registers.pc) == 72 &&
                      offsetof(kernel::Thread, registers.thread_pointer) == 112);
        register kernel::Word r0 asm("r0") = badge;
        // No reservation outlives the switch: a return from an exception clears none (Arm ARM A3.4.5).
        asm volatile(ARCH_TO_FRAME "clrex\n\t" ARCH_LOAD_ARGUMENTS("%2") ARCH_RESTORE_VOLUNTARY
                     : : "r"(thread), "r"(r0) ARCH_CURRENT(entry.current) : "memory");
        KERNEL_GONE;
    }

    [[noreturn]] KERNEL_HOT static void leave_with(kernel::Thread* thread, kernel::Word badge,
                                                   const kernel::Word* message) {
        register kernel::Word r0 asm("r0") = badge;
        asm volatile(ARCH_TO_FRAME "clrex\n\tldm %2, {r1-r5}\n\t" ARCH_RESTORE_VOLUNTARY
                     : : "r"(thread), "r"(r0), "r"(message) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with_arguments(kernel::Thread* thread) {
        static_assert(offsetof(kernel::Thread, registers.r0_to_r5) == 80);
        asm volatile(ARCH_TO_FRAME "clrex\n\tadd lr, sp, #8\n\tldm lr, {r0-r5}\n\t" ARCH_RESTORE_VOLUNTARY
                     : : "r"(thread) : "memory");
        KERNEL_GONE;
    }
    KERNEL_HOT static kernel::Word first_word([[maybe_unused]] const Entry& entry) {
#ifdef __clang__
        return entry.current->registers.message(0);
#else
        register kernel::Word word asm("r2");
        asm("@ r2" : "=r"(word));
        return word;
#endif
    }
    [[noreturn]] KERNEL_HOT static void leave_full(kernel::Thread* thread) {
        register Registers* r0 asm("r0") = &thread->registers;
        asm volatile("b %c1" : : "r"(r0), "i"(restore_registers) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with_words(kernel::Thread* thread, kernel::Word badge,
                                                         kernel::Word tag, const kernel::Word* words) {
        register kernel::Word r0 asm("r0") = badge;
        register kernel::Word r1 asm("r1") = tag;
        register kernel::Word r2 asm("r2") = words[0];
        register kernel::Word r3 asm("r3") = words[1];
        register kernel::Word r4 asm("r4") = words[2];
        register kernel::Word r5 asm("r5") = words[3];
        asm volatile(ARCH_TO_FRAME "clrex\n\t" ARCH_RESTORE_VOLUNTARY
                     : : "r"(thread), "r"(r0), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void slow_call(const Entry&, kernel::Word path) { slow<0>(path); }
    [[noreturn]] KERNEL_HOT static void slow_reply_recv(const Entry&, kernel::Word path) { slow<1>(path); }
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first, auto* second) {
        register auto* r6 asm("r6") = second;
        asm volatile(ARCH_MOVE("r0", "%0") "b %c2" : : "r"(first), "r"(r6), "i"(function) : "memory");
        KERNEL_GONE;
    }
    /// The same with the current thread in r8.
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_with(const Entry& entry, auto first, auto* second) {
        register auto* r6 asm("r6") = second;
        asm volatile(".ifc %0,r8\n\t.error\n\t.endif\n\t" ARCH_MOVE("r8", "%2") ARCH_MOVE("r0", "%0") "b %c3"
                     : : "r"(first), "r"(r6), "r"(entry.current), "i"(function) : "memory");
        KERNEL_GONE;
    }
    KERNEL_HOT static kernel::Thread* kept_current() {
        register kernel::Thread* r8 asm("r8");
        asm volatile("@ kept" : "=r"(r8));
        return r8;
    }
#ifndef __clang__
    KERNEL_HOT static kernel::Thread* running() { return current_cpu().current; }
    KERNEL_HOT static kernel::Word message(const Entry& entry, unsigned index) {
        register kernel::Word r3 asm("r3");
        register kernel::Word r4 asm("r4");
        if (index == 0)
            return first_word(entry);
        if (index == 1) {
            asm("@ r3" : "=r"(r3));
            return r3;
        }
        asm("@ r4" : "=r"(r4));
        return r4;
    }
    KERNEL_HOT static bool is_traced(const kernel::Thread& thread) {
        return (thread.gate & kernel::Gate::traced) != 0;
    }
    /// Its thread registers and its reservation are as they were.
    [[noreturn]] KERNEL_HOT static void leave_with_answer(const Entry& entry, kernel::Word tag) {
        asm volatile(ARCH_TO_FRAME "mov r0, #0\n\tmov r1, %1\n\tmov r2, #0\n\tmov r3, #0\n\tmov r4, #0\n\tmov r5, #0\n\t"
                     ARCH_RETURN
                     : : "r"(entry.current), "i"(tag) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void slow_call_on(const Entry& entry, kernel::Word path, kernel::Slot* slot) {
        register kernel::Word r0 asm("r0") = path;
        asm volatile("mov r12, #0\n\tadd lr, %0, #80\n\tstmia lr, {r0-r5, r12}\n\t"
                     "mrc p15, 0, sp, c13, c0, 4\n\tmov r0, %1\n\tb kernel_call_on"
                     : : "r"(entry.current), "r"(slot), "r"(r0)
                     : "r12", "lr", "memory");
        KERNEL_GONE;
    }
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first) {
        asm volatile(ARCH_MOVE("r0", "%0") "b %c1" : : "r"(first), "i"(function) : "memory");
        KERNEL_GONE;
    }
#endif
    template <class Object>
    KERNEL_HOT static Object* second() {
        register Object* r6 asm("r6");
        asm volatile("@ second" : "=r"(r6));
        return r6;
    }

private:
    template <unsigned Number>
    [[noreturn]] KERNEL_HOT static void slow(kernel::Word path) {
        asm volatile(ARCH_MOVE("r0", "%0")
                     "mrc p15, 0, r8, c13, c0, 4\n\t"
                     "ldr r8, [r8]\n\t"
                     ARCH_LOAD_ARGUMENTS("r8")
                     "mov r12, %1\n\t"
                     "b svc_slow"
                     : : "r"(path), "i"(Number) : "memory");
        KERNEL_GONE;
    }
};

static_assert(offsetof(kernel::Cpu, current) == 0);

} // namespace arch
