// SPDX-License-Identifier: BSD-2-Clause
// What the fastpath template needs of this ISA. The stub leaves the capability in a0, the tag in
// a1, the message in a2-a7, the reply capability in t1 and the current thread in t3; a1-a7 and t1
// are fixed registers in that file.
#pragma once

#include <arch/address_space.hpp>
#include <arch/cpu.hpp>
#include <arch/fpu.hpp>
#include <arch/registers.hpp>
#include <arch/timer.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#define ARCH_FAST_CALL [[gnu::aligned(2)]] // the stub goes on there: nothing lies between
#include <generic/contract/fast_entries.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

// What the stub has saved for C++ before the brief fastpath. Clang would save callee-saved registers itself.
#ifdef __clang__
#define ARCH_BRIEF_SAVED
#define ARCH_BRIEF_ARGUMENTS "ld a4, 224(t3)\n\tld a5, 232(t3)\n\tld a6, 240(t3)\n\tld a7, 248(t3)\n\t"
#define ARCH_BRIEF_PATH(path) register kernel::Word a0 asm("a0") = path
#define ARCH_BRIEF_PATH_INPUT "r"(a0)
#define ARCH_BRIEF_PATH_TOO , "r"(a0)
#else
#define ARCH_BRIEF_SAVED "ld s1, 72(t3)\n\tld s2, 80(t3)\n\tld s3, 88(t3)\n\tld s4, 96(t3)\n\t"
#define ARCH_BRIEF_ARGUMENTS
#define ARCH_BRIEF_PATH(path)
#define ARCH_BRIEF_PATH_INPUT
#define ARCH_BRIEF_PATH_TOO
#endif

// t3: the thread. What C++ was kept away from is as it came.
#define ARCH_BRIEF_LEAVE                                                                           \
    "csrr ra, sepc\n\taddi ra, ra, 4\n\tcsrw sepc, ra\n\tld tp, 176(t3)\n\t"                       \
    ARCH_BRIEF_SAVED ARCH_CLEAR_AND_LEAVE

// What copies long messages takes s2 to s6. Clang is kept away from them, or would save them itself if told of it.
#ifdef __clang__
#define ARCH_COPY_BEGIN "mv s2, %[from]\n\tmv s3, %[to]\n\t"
#define ARCH_COPY_REGISTER(type, name) type name
#define ARCH_COPY_CLOBBERS "memory"
#else
#define ARCH_COPY_BEGIN
#define ARCH_COPY_REGISTER(type, name) register type name asm(#name)
#define ARCH_COPY_CLOBBERS "s4", "s5", "s6", "memory"
#endif

#define ARCH_CURRENT_IN_T3 ".ifnc %1, t3\n\tmv t3, %1\n\t.endif\n\t"

// t0: the thread. What it does not share with the next one but for gp and sp. The program counter goes by ra, where
// it may stay: no register more to clear.
#define ARCH_RESTORE_SAVED                                                                         \
    "ld ra, 184(t0)\n\tld tp, 176(t0)\n\tcsrw sepc, ra\n\t"                                       \
    "ld s0, 64(t0)\n\tld s1, 72(t0)\n\tld s2, 80(t0)\n\tld s3, 88(t0)\n\t"                       \
    "ld s4, 96(t0)\n\tld s5, 104(t0)\n\tld s6, 112(t0)\n\tld s7, 120(t0)\n\t"                    \
    "ld s8, 128(t0)\n\tld s9, 136(t0)\n\tld s10, 144(t0)\n\tld s11, 152(t0)\n\t"
#define ARCH_CLEAR_AND_LEAVE                                                                       \
    "li t0, 0\n\tli t1, 0\n\tli t2, 0\n\t"                                                        \
    "li t3, 0\n\tli t4, 0\n\tli t5, 0\n\tli t6, 0\n\tsret"

// t0: the thread, the current one. Its voluntary frame comes back; a0 to a7 are its results. No reservation
// outlives the switch (Unprivileged ISA 8.2); the store to Cpu::current fails, or changes nothing.
#define ARCH_RESTORE_VOLUNTARY                                                                     \
    "sc.d zero, t0, (tp)\n\t" ARCH_RESTORE_SAVED "ld gp, 160(t0)\n\tld sp, 168(t0)\n\t"           \
    ARCH_CLEAR_AND_LEAVE

namespace arch {

struct FastPolicy {
    static constexpr unsigned message_words = Registers::message_words;
    static constexpr bool paths_apart = false;
    static constexpr bool inserts_bytes = false;
    static constexpr bool signals_in_registers = true;
#ifdef __clang__
    static constexpr bool memory_in_registers = false;
#else
    static constexpr bool memory_in_registers = true;
#endif

    struct Entry {
        kernel::Thread* current;
        kernel::Word reply;
    };
#ifdef __clang__
    using Space = const kernel::VSpace*;
#else
    struct Space {
        const kernel::VSpace* space;
        int32_t asid;
        KERNEL_HOT explicit Space(const kernel::VSpace* from) : space(from), asid(asid_of(from)) {}
        KERNEL_HOT operator const kernel::VSpace*() const { return space; }
    };
    KERNEL_HOT static int32_t asid_of(const Space& space) { return space.asid; }
#endif
    KERNEL_HOT static int32_t asid_of(const kernel::VSpace* space) { return static_cast<int32_t>(space->asid); }

    // Texts must differ from those of other such statements, or compilers merge them.
    KERNEL_HOT static Entry entry() {
        register kernel::Thread* current asm("t3");
        register kernel::Word reply asm("t1");
        asm volatile("# t3 t1" : "=r"(current), "=r"(reply));
        return {current, reply};
    }
    KERNEL_HOT static kernel::Word tag(const Entry&) {
        register kernel::Word word asm("a1");
        asm volatile("# a1" : "=r"(word));
        return word;
    }
    KERNEL_HOT static kernel::Word first_word(const Entry&) {
        register kernel::Word word asm("a2");
        asm volatile("# a2" : "=r"(word));
        return word;
    }
    KERNEL_HOT static Entry entry_of(kernel::Thread* current) { return {current, 0}; }
    // Loads and stores that name tp: GCC would copy it to another register first.
    KERNEL_HOT static kernel::SchedContext* sched_context(const Entry&) {
        kernel::SchedContext* context;
        asm("ld %0, %1(tp)" : "=r"(context) : "i"(offsetof(kernel::Cpu, sched_context)));
        return context;
    }
    KERNEL_HOT static void set_current(const Entry&, kernel::Thread* thread) {
        asm volatile("sd %0, %1(tp)" ::"r"(thread), "i"(offsetof(kernel::Cpu, current)));
    }
    KERNEL_HOT static void clear(auto& word) { word = {}; }
    KERNEL_HOT static void set_fpu_owner(const Entry&, kernel::Thread* thread) {
        asm volatile("sd %0, %1(tp)" ::"r"(thread), "i"(offsetof(kernel::Cpu, fpu_owner)));
    }
    KERNEL_HOT static kernel::Ticks now() { return arch::now(); }
    KERNEL_HOT static kernel::Ticks now_on_stack() { return now(); }
    KERNEL_HOT static bool may_switch_space(Space space) { return asid_of(space) >= 0; }
    KERNEL_HOT static void switch_space(const Entry& entry, Space space) {
        const kernel::VSpace* to = space;
        if (to == entry.current->space)
            return;
        csr::write_satp(csr::Translation{to->token});
        if (asid_of(space) == 0) [[unlikely]]
            fence_space(0);
    }

    /// The last word is on its way when `copy_down` is entered with the one before.
    template <bool>
    KERNEL_HOT static void copy_words(kernel::Word* to, const kernel::Word* from, kernel::Word count) {
        static_assert(cobnut::max_message_words % 2 == 0 && message_words % 2 == 0);
        ARCH_COPY_REGISTER(const kernel::Word*, s2) = from - message_words;
        ARCH_COPY_REGISTER(kernel::Word*, s3) = to - message_words;
        asm volatile(".option push\n\t.option norelax\n\t" ARCH_COPY_BEGIN
                     "slli s4, %[length], 3\n"
                     "1:\tauipc s6, %%pcrel_hi(%[copy] + %[whole])\n\tsub s6, s6, s4\n\tadd s4, s4, s2\n\t"
                     "ld s5, -8(s4)\n\tld s4, -8(s4)\n\tjalr s6, %%pcrel_lo(1b)(s6)\n\t.option pop"
                     : : [from] "r"(s2), [to] "r"(s3), [length] "r"(count + message_words),
                     [copy] "i"(copy_down), [whole] "i"((cobnut::max_message_words + 1) * 8)
                     : ARCH_COPY_CLOBBERS);
    }

    // What Clang must do with fewer registers.
#ifdef __clang__
    static constexpr bool keeps_buffers = false;
    static constexpr bool asks_shape_again = true;
    /// In one statement, of which nothing but the result lives on.
    KERNEL_HOT static kernel::Word gate_difference(const Entry&, uint32_t gate) {
        kernel::Word difference;
        asm("lwu %0, %2(tp)\n\tsub %0, %1, %0"
            : "=&r"(difference)
            : "r"(kernel::Word{gate}), "i"(offsetof(kernel::Cpu, gate)));
        return difference;
    }
    KERNEL_HOT static kernel::SchedContext* sched_context_again() {
        kernel::SchedContext* context;
        asm volatile("ld %0, %1(tp)" : "=r"(context) : "i"(offsetof(kernel::Cpu, sched_context)));
        return context;
    }
    /// The space is loaded again where it is switched to.
    struct SpaceOf {
        const kernel::Thread* thread;
    };
    KERNEL_HOT static SpaceOf space_of(const kernel::Thread* thread) { return {thread}; }
    KERNEL_HOT static bool may_switch_space(SpaceOf space) { return may_switch_space(space.thread->space); }
    KERNEL_HOT static void switch_space(const Entry& entry, SpaceOf to) {
        Space space;
        asm("ld %0, %1" : "=r"(space) : "m"(to.thread->space));
        switch_space(entry, space);
    }
    /// With no register but one that the stub has saved.
    KERNEL_HOT static void switch_fpu(void* from, const void* to) {
        static_assert(offsetof(FpuState, control) == 256);
        asm volatile(".option push\n\t.option arch, +d\n\t"
                     ARCH_EACH_FLOAT("fsd", "%0")
                     "frcsr s2\n\tsd s2, 256 + %0\n\t"
                     ARCH_EACH_FLOAT("fld", "%1")
                     "ld s2, 256 + %1\n\tfscsr s2\n\t.option pop"
                     : "=m"(*static_cast<FpuState*>(from))
                     : "m"(*static_cast<const FpuState*>(to)));
    }
#else
    static constexpr bool keeps_buffers = true;
    /// In a whole register: GCC would copy half of one.
    KERNEL_HOT static kernel::Word gate_difference(const Entry&, uint32_t gate) {
        kernel::Word mine;
        asm("lwu %0, %1(tp)" : "=r"(mine) : "i"(offsetof(kernel::Cpu, gate)));
        return gate - mine;
    }
    KERNEL_HOT static void switch_fpu(void* from, const void* to) {
        save_registers(*static_cast<FpuState*>(from));
        load_registers(*static_cast<const FpuState*>(to));
    }
#endif

    [[noreturn]] KERNEL_HOT static void leave(const Entry&, kernel::Thread* thread, kernel::Word badge) {
        static_assert(offsetof(kernel::Thread, registers) == 64 && offsetof(kernel::Cpu, current) == 0);
        register kernel::Word a0 asm("a0") = badge;
        register kernel::Thread* t0 asm("t0") = thread;
        asm volatile(ARCH_RESTORE_VOLUNTARY ::"r"(a0), "r"(t0) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_full(kernel::Thread* thread) {
        register kernel::Thread* t3 asm("t3") = thread;
        asm volatile("j leave_thread_full" ::"r"(t3) : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with(kernel::Thread* thread, kernel::Word badge,
                                                   const kernel::Word* message) {
        leave_with_words(thread, badge, message[0], message + 1);
    }
    [[noreturn]] KERNEL_HOT static void leave_with_words(kernel::Thread* thread, kernel::Word badge,
                                                         kernel::Word tag, const kernel::Word* words) {
        register kernel::Word a0 asm("a0") = badge;
        register kernel::Word a1 asm("a1") = tag;
        register kernel::Word a2 asm("a2") = words[0];
        register kernel::Word a3 asm("a3") = words[1];
        register kernel::Word a4 asm("a4") = words[2];
        register kernel::Word a5 asm("a5") = words[3];
        register kernel::Word a6 asm("a6") = words[4];
        register kernel::Word a7 asm("a7") = words[5];
        register kernel::Thread* t0 asm("t0") = thread;
        asm volatile("# words\n\t" ARCH_RESTORE_VOLUNTARY ::"r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5),
                     "r"(a6), "r"(a7), "r"(t0)
                     : "memory");
        KERNEL_GONE;
    }

    [[noreturn]] KERNEL_HOT static void leave_with_signal(kernel::Thread* thread, kernel::Word badge) {
        register kernel::Word a0 asm("a0") = badge;
        register kernel::Thread* t0 asm("t0") = thread;
        asm volatile("li a1, %2\n\tli a2, 0\n\tli a3, 0\n\tli a4, 0\n\tli a5, 0\n\tli a6, 0\n\tli a7, 0\n\t"
                     ARCH_RESTORE_VOLUNTARY ::"r"(a0), "r"(t0),
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
        register kernel::Word number asm("t0");
        register kernel::Thread* current asm("t3");
        register const kernel::Slot* slot asm("t4");
        register kernel::Word* queue asm("t5");
        register kernel::Word head asm("t6");
        asm volatile("# found" : "=r"(number), "=r"(current), "=r"(slot), "=r"(queue), "=r"(head));
        return {current, slot, queue, head, number};
    }
    KERNEL_HOT static kernel::Word number_of(const Found& found, const kernel::Thread*) { return found.number; }
    KERNEL_HOT static void keep_message(const Entry&, kernel::Thread* thread) {
        asm volatile("sd a1, 200(%0)\n\tsd a2, 208(%0)\n\tsd a3, 216(%0)\n\tsd a4, 224(%0)\n\t"
                     "sd a5, 232(%0)\n\tsd a6, 240(%0)\n\tsd a7, 248(%0)" ::"r"(thread)
                     : "memory");
    }
    [[noreturn]] KERNEL_HOT static void slow_send(const Entry&, kernel::Word path, kernel::Word number) {
        register kernel::Word a0 asm("a0") = path;
        register kernel::Word t0 asm("t0") = number;
        asm volatile("ld t3, %2(tp)\n\tmv t4, t0\n\tli t2, 0\n\tj trap_slow_syscall" ::"r"(a0), "r"(t0),
                     "i"(offsetof(kernel::Cpu, current))
                     : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_call(const Entry&, kernel::Word path) { slow<0>(path); }
    [[noreturn]] KERNEL_HOT static void slow_reply_recv(const Entry&, kernel::Word path) { slow<1>(path); }
    /// On the stack that there is, with GCC perhaps none.
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first, auto* second) {
        register auto a0 asm("a0") = first;
        register auto* t0 asm("t0") = second;
        asm volatile("j %2" ::"r"(a0), "r"(t0), "i"(function) : "memory");
        __builtin_unreachable();
    }
    /// The same with the current thread in t3, where it is as a rule: bound to it, it would be copied.
    /// An Endpoint is in t4: t0 is for who runs next.
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_with(const Entry& entry, auto first, auto* second) {
        register auto a0 asm("a0") = first;
        if constexpr (__is_same(decltype(second), kernel::Endpoint*)) {
            register auto* t4 asm("t4") = second;
            asm volatile(ARCH_CURRENT_IN_T3 "j %3" ::"r"(a0), "r"(entry.current), "r"(t4), "i"(function) : "memory");
        } else {
            register auto* t0 asm("t0") = second;
            asm volatile(ARCH_CURRENT_IN_T3 "j %3" ::"r"(a0), "r"(entry.current), "r"(t0), "i"(function) : "memory");
        }
        __builtin_unreachable();
    }
    KERNEL_HOT static kernel::Thread* kept_current() {
        register kernel::Thread* t3 asm("t3");
        asm volatile("# kept" : "=r"(t3));
        return t3;
    }
    KERNEL_HOT static kernel::Thread* running() { return current_cpu().current; }
    KERNEL_HOT static kernel::Word message(const Entry& entry, unsigned index) {
        register kernel::Word a3 asm("a3");
        register kernel::Word a4 asm("a4");
        if (index == 0)
            return first_word(entry);
        if (index == 1) {
            asm("# a3" : "=r"(a3));
            return a3;
        }
        asm("# a4" : "=r"(a4));
        return a4;
    }
    KERNEL_HOT static bool is_traced(const kernel::Thread&) { return false; } // the stub has looked
    /// Without a stack: sp is the user's.
    [[noreturn]] KERNEL_HOT static void leave_with_answer(const Entry& entry, kernel::Word tag) {
        register kernel::Thread* t0 asm("t0") = entry.current;
        asm volatile("li a0, 0\n\tli a1, %1\n\tli a2, 0\n\tli a3, 0\n\tli a4, 0\n\tli a5, 0\n\tli a6, 0\n\tli a7, 0\n\t"
                     ARCH_RESTORE_SAVED ARCH_CLEAR_AND_LEAVE ::"r"(t0), "i"(tag)
                     : "memory");
        KERNEL_GONE;
    }
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first) {
        asm volatile("mv a0, %0\n\tj %1" ::"r"(first), "i"(function) : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_call_on(const Entry& entry, kernel::Word path, kernel::Slot* slot) {
        register kernel::Word a0 asm("a0") = path;
        static_assert(offsetof(kernel::Thread, registers.argument) == 192);
        asm volatile("sd a0, 192(%1)\n\tsd a1, 200(%1)\n\tsd a2, 208(%1)\n\tsd a3, 216(%1)\n\tsd a4, 224(%1)\n\t"
                     "sd a5, 232(%1)\n\tsd a6, 240(%1)\n\tsd a7, 248(%1)\n\tsd zero, 256(%1)\n\t"
                     "sd t1, 264(%1)\n\tsd zero, 272(%1)\n\tmv sp, tp\n\tmv a0, %2\n\tj kernel_call_on"
                     ::"r"(a0), "r"(entry.current), "r"(slot)
                     : "memory");
        __builtin_unreachable();
    }
    template <class Object>
    KERNEL_HOT static Object* second() {
        if constexpr (__is_same(Object, kernel::Endpoint)) {
            register Object* t4 asm("t4");
            asm volatile("# second endpoint" : "=r"(t4));
            return t4;
        }
        register Object* t0 asm("t0");
        asm volatile("# second" : "=r"(t0));
        return t0;
    }

private:
    /// From s2 to s3, all the words behind those in registers, from the last one down: two instructions of eight bytes
    /// for each, of which the first loads it and the second stores the one behind it, so that no load is used at once.
    [[gnu::naked, gnu::noinline, gnu::section(".text.kernel_fast_copy")]] static void copy_down() {
        asm volatile(".option push\n\t.option norvc\n\t.set place, (%0 - 1) * 8\n\t.rept (%0 - %1) / 2\n\t"
                     "ld s4, place(s2)\n\tsd s5, place + 8(s3)\n\t"
                     "ld s5, place - 8(s2)\n\tsd s4, place(s3)\n\t"
                     ".set place, place - 16\n\t.endr\n\t"
                     "sd s5, place + 8(s3)\n\tjr s6\n\t.option pop"
                     : : "i"(cobnut::max_message_words), "i"(message_words));
    }

    template <unsigned Number>
    [[noreturn]] KERNEL_HOT static void slow(kernel::Word path) {
        // The compiler may have used t2, which the frame holds: user level must not see the kernel's value.
        register kernel::Word a0 asm("a0") = path;
        asm volatile("ld t3, %2(tp)\n\tli t0, %1\n\tli t4, %1\n\tli t2, 0\n\tj trap_slow_syscall" ::"r"(a0),
                     "i"(Number), "i"(offsetof(kernel::Cpu, current))
                     : "memory");
        __builtin_unreachable();
    }
};

} // namespace arch
