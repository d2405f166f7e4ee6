// SPDX-License-Identifier: BSD-2-Clause
// The registers of the brief fastpath; see fast_policy.hpp.
#pragma once

#include <arch/fast_policy.hpp>

namespace arch {

// r11 is the thread, whose frame is stored; C++ has r12 to r15 of it; the number is in al, what belongs to it above.
struct BriefPolicy {
    struct Entry {
        kernel::Thread* current;
        Word number; ///< In its low byte.
#ifdef __clang__
        FastPolicy::Message message;
    };
    KERNEL_HOT static Entry entry(Word tag, Word rdx, Word r8, Word r9, Word r11, Word rax) {
        return {reinterpret_cast<kernel::Thread*>(r11), rax, FastPolicy::message(tag, rdx, r8, r9)};
    }
#else
    };
    KERNEL_HOT static Entry entry() {
        register Word rax asm("rax");
        register kernel::Thread* r11 asm("r11");
        asm volatile("# rax, r11" : "=r"(rax), "=r"(r11));
        return {r11, rax};
    }
#endif
    KERNEL_HOT static kernel::Word number_of(const Entry& entry) { return entry.number & 0xff; }
    KERNEL_HOT static bool is_traced(const Entry&) { return false; } // the stub has looked
    KERNEL_HOT static kernel::Ticks now() { return FastPolicy::now(); }
    [[noreturn]] KERNEL_HOT static void leave(const Entry& entry, kernel::Word path) {
        register kernel::Thread* thread asm("r11") = entry.current;
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile(ARCH_BRIEF_LEAVE ::"r"(thread), "D"(path), ARCH_LEAVE_OFFSETS ARCH_MESSAGE(entry.message)
                     : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void leave_with(const Entry& entry, kernel::Word tag) {
        register kernel::Thread* thread asm("r11") = entry.current;
        asm volatile(ARCH_ANSWER ARCH_BRIEF_LEAVE ::"r"(thread),
                     [tag] "ir"(tag), ARCH_LEAVE_OFFSETS
                     : "memory");
        KERNEL_GONE;
    }
    [[noreturn]] KERNEL_HOT static void slow(const Entry& entry, kernel::Word path) {
        register kernel::Thread* r11 asm("r11") = entry.current;
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile("jmp slow_entry" ::"a"(entry.number), "D"(path), "r"(r11) ARCH_MESSAGE(entry.message) : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_other(const Entry& entry, kernel::Word path) {
        register kernel::Thread* r11 asm("r11") = entry.current;
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile("# unknown\n jmp slow_entry" ::"a"(entry.number),
                     "D"(path), "r"(r11) ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }
    [[noreturn]] KERNEL_HOT static void slow_yield(const Entry& entry, kernel::Word path) {
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile(ARCH_STORE_ARGUMENTS
                     "movq %[stack], %%rsp\n jmp kernel_yield" ::"a"(static_cast<Word>(cobnut::Syscall::yield)),
                     "D"(path), [thread] "r"(entry.current), [at] "i"(register_at(offsetof(Registers, rdi))),
                     [stack] "i"(layout::stack_top - 8) ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }
    static constexpr unsigned message_words = Registers::message_words;
    KERNEL_HOT static Word tag([[maybe_unused]] const Entry& entry) {
#ifdef __clang__
        return entry.message.tag;
#else
        return FastPolicy::tag({});
#endif
    }
    [[noreturn]] KERNEL_HOT static void slow_signal(const Entry& entry, const kernel::Slot* slot, Word* queue,
                                                    Word head) {
        go_on<kernel_fast_signal>(entry, slot, queue, head);
    }
#ifndef __clang__ // it gains nothing by it
    [[noreturn]] KERNEL_HOT static void slow_message(const Entry& entry, Word path, const kernel::Slot* slot,
                                                     Word* queue, Word head) {
        entry.current->registers.rdi = path;
        go_on<kernel_fast_message>(entry, slot, queue, head);
    }
#endif
    /// As slow_entry.
    ARCH_SEND_TEMPLATE
    [[noreturn]] KERNEL_HOT static void slow_with(const Entry& entry, kernel::Word path,
                                                  const kernel::Slot* slot) {
        ARCH_MESSAGE_REGISTERS(entry.message);
        asm volatile(ARCH_STORE_ARGUMENTS ARCH_SEND_ARGUMENTS "movq %[stack], %%rsp\n jmp %c[function]"
                     ::"a"(entry.number), "D"(path), [thread] "r"(entry.current),
                     [slot] "r"(slot),
                     [at] "i"(register_at(offsetof(Registers, rdi))),
                     [stack] "i"(layout::stack_top - 8), [function] "i"(ARCH_SEND_FUNCTION) ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }

private:
    /// With what FastPolicy::found wants.
    template <auto function>
    [[noreturn]] KERNEL_HOT static void go_on(const Entry& entry, const kernel::Slot* slot, Word* queue, Word word) {
        register kernel::Thread* r11 asm("r11") = entry.current;
        register Word head asm("r13") = word;
        ARCH_MESSAGE_REGISTERS(entry.message);
        ARCH_SIGNAL_SLOT(slot);
        asm volatile("movq %%rax, %c[at](%%r11)\n movq %[stack], %%rsp\n jmp %c[function]"
                     ::[at] "i"(register_at(offsetof(Registers, rax))), [stack] "i"(layout::stack_top - 8), "r"(r11),
                     "r"(head), "c"(queue), "a"(entry.number), "r"(first), [function] "i"(function)
                     ARCH_MESSAGE(entry.message)
                     : "memory");
        __builtin_unreachable();
    }
};

} // namespace arch
