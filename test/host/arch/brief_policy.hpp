// SPDX-License-Identifier: BSD-2-Clause
// What the brief fastpath knows of the simulated machine.
#pragma once

#include <arch/fast_policy.hpp>

namespace arch {

struct BriefPolicy {
    static constexpr unsigned message_words = Registers::message_words;
    struct Entry {
        kernel::Thread* current;
        kernel::Word number;
    };
    static inline kernel::Word number = 0; ///< Of the system call that a test makes.
    static inline unsigned taken = 0;

    static Entry entry() { return {host::cpu->current, number}; }
    static kernel::Word number_of(const Entry& entry) { return entry.number; }
    static kernel::Word tag(const Entry& entry) { return entry.current->registers.tag(); }
    static bool is_traced(const Entry& entry) {
        return (entry.current->gate & kernel::Gate::traced) != 0;
    }
    static kernel::Ticks now() { return arch::now(); }
    [[noreturn]] static void leave(const Entry& entry, kernel::Word) {
        ++taken;
        arch::leave(*entry.current);
    }
    [[noreturn]] static void leave_with(const Entry& entry, kernel::Word tag) {
        ++taken;
        arch::Registers& registers = entry.current->registers;
        registers.set_badge(0);
        registers.set_tag(tag);
        for (unsigned i = 0; i < Registers::message_words; ++i)
            registers.set_message(i, 0);
        arch::leave(*entry.current);
    }
    [[noreturn]] static void slow(const Entry& entry, kernel::Word) {
        kernel_syscall(entry.number);
    }
    [[noreturn]] static void slow_yield(const Entry&, kernel::Word) { kernel_yield(); }
    /// By turns with the arguments in registers, or it returns.
    static void slow_signal(const Entry&, const kernel::Slot* slot, kernel::Word*, kernel::Word) {
        if ((in_registers_ = !in_registers_))
            kernel_fast_signal(slot);
    }
    /// The same of what leaves its arguments where they are.
    static void slow_message(const Entry& entry, kernel::Word, const kernel::Slot* slot, kernel::Word*, kernel::Word) {
        FastPolicy::number = static_cast<kernel::Word>(cobnut::Syscall::send);
        if (entry.number == FastPolicy::number && (in_registers_ = !in_registers_))
            kernel_fast_message(slot);
    }
    /// By turns with what is known of the slot and without.
    template <auto function>
    [[noreturn]] static void slow_with(const Entry& entry, kernel::Word, const kernel::Slot* slot) {
        known_ = !known_;
        known_ ? function(slot, entry.number) : kernel_send(slot, entry.number);
        __builtin_unreachable();
    }

private:
    static inline bool known_ = false;
    static inline bool in_registers_ = false;
};

} // namespace arch
