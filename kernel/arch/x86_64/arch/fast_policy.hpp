// SPDX-License-Identifier: BSD-2-Clause
// The registers of the fastpath. GCC compiles it with the message registers fixed, see meson.build.
#pragma once

#include <arch/cpu.hpp>
#include <arch/entry_area.hpp>
#include <arch/fpu.hpp>
#include <arch/leave.hpp>
#include <arch/timer.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

// Clang cannot keep its hands off registers: they are arguments, in the order of preserve_none, but for r10 and rbx,
// which it passes none in.
#ifdef __clang__
#define ARCH_FAST_CALL __attribute__((preserve_none))
#define ARCH_FAST_PARAMETERS                                                                       \
    kernel::Word, kernel::Word, kernel::Word, kernel::Word, kernel::Word path, kernel::Word tag,   \
        kernel::Word rdx, kernel::Word, kernel::Word r8, kernel::Word r9, kernel::Word r11,        \
        kernel::Word rax
#define ARCH_FAST_FROM_STUB arch::FastPolicy::entry(tag, rdx, r8, r9, r11, rax)
#define ARCH_BRIEF_FROM_STUB arch::BriefPolicy::entry(tag, rdx, r8, r9, r11, rax)
#define ARCH_SIGNAL_SLOT(slot) register const kernel::Slot* first asm("r12") = slot
#define ARCH_SEND_TEMPLATE template <auto function>
#define ARCH_SEND_FUNCTION function
#define ARCH_SEND_ARGUMENTS "movq %[slot], %%r12\n movzbl %%al, %%r13d\n"
// Around an assembler statement that takes tag and message in their registers.
#define ARCH_MESSAGE_REGISTERS(message)                                                            \
    register kernel::Word r8 asm("r8") = (message).r8;                                             \
    register kernel::Word r9 asm("r9") = (message).r9;                                             \
    register kernel::Word r10 asm("r10") = (message).r10
#define ARCH_MESSAGE(message)                                                                      \
    , "S"((message).tag), "d"((message).rdx), "b"((message).rbx), "r"(r8), "r"(r9), "r"(r10)
#else
#define ARCH_FAST_CALL
#include <generic/contract/fast_entries.hpp>
#define ARCH_SIGNAL_SLOT(slot) register const kernel::Slot* first asm("rdi") = slot
#define ARCH_SEND_TEMPLATE
#define ARCH_SEND_FUNCTION kernel_send
#define ARCH_SEND_ARGUMENTS "movq %[slot], %%rdi\n movzbl %%al, %%esi\n"
#define ARCH_MESSAGE_REGISTERS(message)
#define ARCH_MESSAGE(message)
#endif
#define ARCH_STORE_ARGUMENTS                                                                       \
    "movq %%rdi, %c[at]+0(%[thread])\n movq %%rsi, %c[at]+8(%[thread])\n"                          \
    "movq %%rdx, %c[at]+16(%[thread])\n movq %%r8, %c[at]+24(%[thread])\n"                         \
    "movq %%r9, %c[at]+32(%[thread])\n movq %%r10, %c[at]+40(%[thread])\n"                         \
    "movq %%rbx, %c[at]+48(%[thread])\n movq %%rax, %c[at]+56(%[thread])\n"
// Badge and words are 0.
#define ARCH_ANSWER                                                                                \
    "movq %[tag], %%rsi\n xorl %%edi, %%edi\n xorl %%edx, %%edx\n xorl %%r8d, %%r8d\n"              \
    "xorl %%r9d, %%r9d\n xorl %%r10d, %%r10d\n xorl %%ebx, %%ebx\n"
// The slow entries want r11 to be the thread.
#define ARCH_SLOW(entry) "movq %[current], %%r11\n jmp " entry
#define ARCH_SLOW_CURRENT [current] "m"(x86_cpu.current)

// The thread, in r11, runs on: neither its FS base nor rsp has changed.
#define ARCH_BRIEF_LEAVE                                                                           \
    "movq %c[at_r12](%%r11), %%r12\n"                                                              \
    "movq %c[at_r13](%%r11), %%r13\n"                                                              \
    "movq %c[at_r14](%%r11), %%r14\n"                                                              \
    "movq %c[at_r15](%%r11), %%r15\n"                                                              \
    "movq %c[at_rip](%%r11), %%rcx\n"                                                              \
    ARCH_SYSRET

namespace arch {

// The stub leaves the thread in r11, what Reply::path is compared with in rax, the capability's path in rdi.
struct FastPolicy {
    using Thread = kernel::Thread;
    using Word = kernel::Word;

    using Space = const kernel::VSpace*;

    static constexpr unsigned message_words = Registers::message_words;
    static constexpr bool keeps_buffers = false;
    static constexpr bool paths_apart = false;
    static constexpr bool inserts_bytes = false;
    static constexpr bool signals_in_registers = true;
#ifdef __clang__
    static constexpr bool interrupts_apart = true;
    static constexpr bool memory_in_registers = false;
    struct Message {
        Word tag, rdx, r8, r9, r10, rbx;
    };
    struct Entry {
        Thread* current;
        Word reply;
        Message message{};
    };
    KERNEL_HOT static Message message(Word tag, Word rdx, Word r8, Word r9) {
        register Word r10 asm("r10");
        register Word rbx asm("rbx");
        asm volatile("# message" : "=r"(r10), "=r"(rbx));
        return {tag, rdx, r8, r9, r10, rbx};
    }
    KERNEL_HOT static Entry entry(Word tag, Word rdx, Word r8, Word r9, Word r11, Word rax) {
        return {reinterpret_cast<Thread*>(r11), rax, message(tag, rdx, r8, r9)};
    }
    /// From where continue_with has left them. It is asked before anything but second().
    KERNEL_HOT static Entry entry_of(Thread* current) {
        Word tag, rdx;
        register Word r8 asm("r8");
        register Word r9 asm("r9");
        asm volatile("# arguments" : "=S"(tag), "=d"(rdx), "=r"(r8), "=r"(r9));
        return {current, 0, message(tag, rdx, r8, r9)};
    }
    KERNEL_HOT static Word tag(const Entry& entry) { return entry.message.tag; }
    KERNEL_HOT static Word first_word(const Entry& entry) { return entry.message.rdx; }
#else
    struct Entry {
        Thread* current;
        Word reply;
    };
    KERNEL_HOT static Entry entry() {
        register Thread* thread asm("r11");
        register Word reply asm("rax");
        asm volatile("" : "=r"(thread), "=r"(reply));
        return {thread, reply};
    }
    KERNEL_HOT static Entry entry_of(Thread* current) { return {current, 0}; }
    KERNEL_HOT static Word tag(const Entry&) {
        Word value; // a copy: GCC would count down in the register itself
        asm volatile("movq %%rsi, %0" : "=r"(value));
        return value;
    }
    KERNEL_HOT static Word first_word(const Entry&) {
        register Word value asm("rdx");
        asm volatile("# rdx" : "=r"(value)); // texts must differ, or compilers merge them
        return value;
    }
    static constexpr bool memory_in_registers = true;
    KERNEL_HOT static Thread* running() { return x86_cpu.current; }
    KERNEL_HOT static Word message(const Entry& entry, unsigned index) {
        register Word r8 asm("r8");
        register Word r9 asm("r9");
        if (index == 0)
            return first_word(entry);
        if (index == 1) {
            asm("# r8" : "=r"(r8));
            return r8;
        }
        asm("# r9" : "=r"(r9));
        return r9;
    }
    KERNEL_HOT static bool is_traced(const Thread&) { return false; } // the stub has looked
    [[noreturn]] KERNEL_HOT static void leave_with_answer(const Entry& entry, Word tag) {
        register Thread* thread asm("r11") = entry.current;
        asm volatile(ARCH_ANSWER "movq %c[at_rsp](%%r11), %%rsp\n" ARCH_BRIEF_LEAVE ::"r"(thread), [tag] "i"(tag),
                     ARCH_LEAVE_OFFSETS
                     : "memory");
        KERNEL_GONE;
    }
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first) {
        asm volatile("movq %0, %%rsp\n jmp %c1" ::"i"(layout::stack_top - 8), "i"(function), "D"(first) : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_call_on(const Entry& entry, Word path, kernel::Slot* slot) {
        asm volatile(ARCH_STORE_ARGUMENTS "movq %[slot], %%rdi\n movq %[stack], %%rsp\n jmp kernel_call_on"
                     ::"D"(path), "a"(Word{0}), [thread] "r"(entry.current), [slot] "r"(slot),
                     [at] "i"(register_at(offsetof(Registers, rdi))), [stack] "i"(layout::stack_top - 8)
                     : "memory");
        __builtin_unreachable();
    }
#endif
    KERNEL_HOT static uint32_t gate_difference(const Entry&, uint32_t gate) {
        return gate - x86_cpu.gate;
    }
    KERNEL_HOT static kernel::SchedContext* sched_context(const Entry&) {
        return x86_cpu.sched_context;
    }
#ifdef __clang__
    KERNEL_HOT static kernel::SchedContext* sched_context_again() { return sched_context({}); }
#endif
    KERNEL_HOT static void set_current(const Entry&, Thread* thread) { x86_cpu.current = thread; }
    /// GCC would load a register with 0 first.
    KERNEL_HOT static void clear(auto& word) {
        static_assert(sizeof word == sizeof(Word));
        asm volatile("movq $0, %0" : "=m"(word));
    }
    KERNEL_HOT static void set_fpu_owner(const Entry&, Thread* thread) { x86_cpu.fpu_owner = thread; }
    // rdx, where rdtsc leaves its upper half, is a message word.
    KERNEL_HOT static kernel::Ticks now() {
        kernel::Ticks low;
        register Word kept asm("r13"); // GCC would take one that holds something
        asm volatile("movq %%rdx, %1\n rdtsc\n shlq $32, %%rdx\n orq %%rdx, %0\n movq %1, %%rdx"
                     : "=&a"(low), "=&r"(kept));
        return low;
    }
    KERNEL_HOT static kernel::Ticks now_on_stack() { return arch::now(); }
    KERNEL_HOT static bool may_switch_space(Space space) { return space->asid != asid_none; }
    KERNEL_HOT static void switch_space(const Entry& e, Space space) {
        if (space != e.current->space)
            entry_area::switch_root(space->token.cr3);
    }

    template <bool>
    // The string instruction wants rsi, which is the tag. NOLINTNEXTLINE(readability-non-const-parameter)
    KERNEL_HOT static void copy_words(Word* to, const Word* from, Word count) {
        register const Word* source asm("rax") = from;
        asm volatile("xchgq %%rsi, %1\n rep movsq\n xchgq %%rsi, %1"
                     : "+D"(to), "+r"(source), "+c"(count)::"memory");
    }

    KERNEL_HOT static void switch_fpu(void* from, const void* to) {
#ifdef __clang__
        fpu_save(from);
        fpu_restore(to);
#else
        using State = char[max_fpu_state];
        auto& old_state = *static_cast<State*>(from);
        const auto& new_state = *static_cast<const State*>(to);
        if (fpu_unit.xsave) // edx:eax says which components; rdx is a message word, and there are too few registers
            asm volatile("movq %%rdx, %1\n movl %%eax, %%edx\n xsave64 %0\n xrstor64 %2\n movq %1, %%rdx"
                         : "=m"(old_state), "=m"(x86_cpu.scratch[0])
                         : "m"(new_state), "a"(~0u));
        else
            asm volatile("fxsave64 %0\n fxrstor64 %1" : "=m"(old_state) : "m"(new_state));
#endif
    }

    [[noreturn]] KERNEL_HOT static void leave([[maybe_unused]] const Entry& entry, Thread* thread,
                                               Word badge) {
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile(ARCH_LEAVE ::"c"(thread),
                     "D"(badge), ARCH_LEAVE_OFFSETS ARCH_MESSAGE(entry.message)
                     : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_full(Thread* thread) {
        asm volatile("movq %0, %%rsp\n jmp x86_leave_full" ::"i"(entry_area::stack_top), "D"(thread) : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void leave_with(Thread* thread, Word badge, const Word* message) {
        leave_with_words(thread, badge, message[0], message + 1);
    }
    [[noreturn]] KERNEL_HOT static void leave_with_words(Thread* thread, Word badge, Word tag,
                                                         const Word* words) {
        register Word rdx asm("rdx") = words[0];
        register Word r8 asm("r8") = words[1];
        register Word r9 asm("r9") = words[2];
        register Word r10 asm("r10") = words[3];
        register Word rbx asm("rbx") = words[4];
        asm volatile(ARCH_LEAVE ::"c"(thread), "D"(badge), "S"(tag), "r"(rdx), "r"(r8), "r"(r9),
                     "r"(r10), "r"(rbx), ARCH_LEAVE_OFFSETS
                     : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with_signal(Thread* thread, Word badge) {
        asm volatile("movl %[tag], %%esi\n xorl %%edx, %%edx\n xorl %%r8d, %%r8d\n xorl %%r9d, %%r9d\n"
                     "xorl %%r10d, %%r10d\n xorl %%ebx, %%ebx\n" ARCH_LEAVE ::"c"(thread),
                     "D"(badge), [tag] "i"(cobnut::Tag(0, 0, 0, cobnut::Kind::signal).raw()), ARCH_LEAVE_OFFSETS
                     : "memory");
        KERNEL_GONE;
    }
    /// What slow_signal and slow_message have found.
    struct Found {
        Thread* current;
        const kernel::Slot* slot;
        Word* queue;
        Word head;
    };
    KERNEL_HOT static Found found(const kernel::Slot* slot) {
        Word* queue = second<Word>();
        register Thread* current asm("r11");
        register Word head asm("r13");
        asm volatile("# found" : "=r"(current), "=r"(head));
        return {current, slot, queue, head};
    }
    KERNEL_HOT static Word number_of(const Found&, const Thread* current) { return current->registers.rax & 0xff; }
    KERNEL_HOT static void keep_message([[maybe_unused]] const Entry& entry, Thread* thread) {
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile("movq %%rsi, %c[at]+8(%[thread])\n movq %%rdx, %c[at]+16(%[thread])\n"
                     "movq %%r8, %c[at]+24(%[thread])\n movq %%r9, %c[at]+32(%[thread])\n"
                     "movq %%r10, %c[at]+40(%[thread])\n movq %%rbx, %c[at]+48(%[thread])"
                     ::[thread] "r"(thread), [at] "i"(register_at(offsetof(Registers, rdi)))
                     ARCH_MESSAGE(entry.message)
                     : "memory");
    }
    [[noreturn]] KERNEL_HOT static void slow_send([[maybe_unused]] const Entry& entry, Word path, Word number) {
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile(ARCH_SLOW("slow_entry")::"D"(path), "a"(number), ARCH_SLOW_CURRENT ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_call([[maybe_unused]] const Entry& entry, Word path) {
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile(ARCH_SLOW("slow_call_entry")::"D"(path), ARCH_SLOW_CURRENT ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_reply_recv([[maybe_unused]] const Entry& entry,
                                                         Word path) {
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile(ARCH_SLOW("slow_reply_recv_entry")::"D"(path), ARCH_SLOW_CURRENT ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }
    // A call would leave its return address there: the function finds the stack as after one.
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_in(auto first, auto* second) {
        asm volatile("movq %0, %%rsp\n jmp %c1" ::"i"(layout::stack_top - 8), "i"(function), "D"(first),
                     "c"(second)
                     : "memory");
        __builtin_unreachable();
    }
#ifdef __clang__
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_with(const auto& entry, auto first, auto* second) {
        register auto r12 asm("r12") = first;
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile("movq %0, %%rsp\n jmp %c1" ::"i"(layout::stack_top - 8), "i"(function), "r"(r12),
                     "c"(second) ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }
#else
    /// The same with the current thread in r11.
    template <auto function>
    [[noreturn]] KERNEL_HOT static void continue_with(const Entry& entry, auto first, auto* second) {
        register Thread* r11 asm("r11") = entry.current;
        asm volatile("movq %0, %%rsp\n jmp %c1" ::"i"(layout::stack_top - 8), "i"(function), "D"(first), "c"(second),
                     "r"(r11)
                     : "memory");
        __builtin_unreachable();
    }
    KERNEL_HOT static Thread* kept_current() {
        register Thread* r11 asm("r11");
        asm volatile("# kept" : "=r"(r11));
        return r11;
    }
#endif
    template <class Object>
    KERNEL_HOT static Object* second() {
        register Object* rcx asm("rcx");
        asm volatile("# second" : "=r"(rcx));
        return rcx;
    }
};

} // namespace arch
