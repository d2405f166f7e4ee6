// SPDX-License-Identifier: BSD-2-Clause
// What the fastpath knows of the simulated machine, where message registers must be carried over.
#pragma once

#include <arch/address_space.hpp>
#include <arch/cpu.hpp>
#include <arch/fpu.hpp>
#include <arch/registers.hpp>
#include <arch/timer.hpp>
#include <cobnut/abi/syscall.hpp>
#define ARCH_FAST_CALL
#include <generic/contract/fast_entries.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

extern "C" {
[[noreturn]] void kernel_syscall(kernel::Word number);
[[noreturn]] void kernel_send(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] void kernel_signal(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] void kernel_message(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] void kernel_yield();
[[noreturn]] void kernel_fast_signal(const kernel::Slot* slot);
[[noreturn]] void kernel_fast_message(const kernel::Slot* slot);
[[noreturn]] void kernel_call_on(kernel::Slot* slot);
}

namespace arch {

struct FastPolicy {
    static constexpr unsigned message_words = Registers::message_words;
    static constexpr bool keeps_buffers = false;
    static constexpr bool paths_apart = true;
    static constexpr bool inserts_bytes = true;
    static constexpr bool signals_in_registers = true;
    static constexpr bool memory_in_registers = true;
    static inline unsigned taken = 0; ///< How often a fastpath went through.

    struct Entry {
        kernel::Thread* current;
        kernel::Word reply;
    };
    using Space = const kernel::VSpace*;

    static Entry entry() {
        sender_ = host::cpu->current;
        return {sender_, sender_->registers.reply_path};
    }
    static Entry entry_of(kernel::Thread* current) { return {current, 0}; }
    static kernel::Word tag(const Entry&) { return sender_->registers.tag(); }
    static uint32_t gate_difference(const Entry&, uint32_t gate) {
        return gate - host::cpu->gate;
    }
    static kernel::SchedContext* sched_context(const Entry&) { return host::cpu->sched_context; }
    static void set_current(const Entry&, kernel::Thread* thread) { host::cpu->current = thread; }
    static void clear(auto& word) { word = {}; }
    static void set_fpu_owner(const Entry&, kernel::Thread* thread) { host::cpu->fpu_owner = thread; }
    static kernel::Ticks now() { return arch::now(); }
    static kernel::Ticks now_on_stack() { return now(); }
    static bool may_switch_space(Space space) {
        return space->asid != asid_none || !space->has_root();
    }
    static void switch_space(const Entry&, Space space) { activate(space->token); }
    template <bool>
    static void copy_words(kernel::Word* to, const kernel::Word* from, kernel::Word count) {
        for (kernel::Word index = 0; index < count; ++index)
            to[index] = from[index];
    }
    static void switch_fpu(void* from, const void* to) {
        fpu_save(from);
        fpu_restore(to);
    }
    [[noreturn]] static void leave(const Entry&, kernel::Thread* thread, kernel::Word badge) {
        ++taken;
        thread->registers.set_badge(badge);
        thread->registers.set_tag(sender_->registers.tag());
        for (unsigned i = 0; i < message_words; ++i)
            thread->registers.set_message(i, sender_->registers.message(i));
        arch::leave(*thread);
    }
    [[noreturn]] static void leave_with(kernel::Thread* thread, kernel::Word badge,
                                        const kernel::Word* message) {
        leave_with_words(thread, badge, message[0], message + 1);
    }
    [[noreturn]] static void leave_with_words(kernel::Thread* thread, kernel::Word badge, kernel::Word tag,
                                              const kernel::Word* words) {
        thread->registers.set_badge(badge);
        thread->registers.set_tag(tag);
        for (unsigned i = 0; i < message_words; ++i)
            thread->registers.set_message(i, words[i]);
        arch::leave(*thread);
    }
    [[noreturn]] static void leave_with_arguments(kernel::Thread* thread) { arch::leave(*thread); }
    static kernel::Word first_word(const Entry&) { return sender_->registers.message(0); }
    [[noreturn]] static void leave_full(kernel::Thread* thread) {
        ++taken;
        arch::leave_full(*thread);
    }
    struct Found {
        kernel::Thread* current;
        const kernel::Slot* slot;
        kernel::Word* queue;
        kernel::Word head;
    };
    static Found found(const kernel::Slot* slot) {
        auto* queue = slot->pointer<kernel::Word>();
        sender_ = host::cpu->current;
        return {sender_, slot, queue, *queue};
    }
    static inline kernel::Word number = 0; ///< Of the send in registers.
    static kernel::Word number_of(const Found&, const kernel::Thread*) { return number; }
    static void keep_message(const Entry&, kernel::Thread* thread) {
        thread->registers.set_tag(sender_->registers.tag());
        for (unsigned i = 0; i < message_words; ++i)
            thread->registers.set_message(i, sender_->registers.message(i));
    }
    [[noreturn]] static void leave_with_signal(kernel::Thread* thread, kernel::Word badge) {
        constexpr kernel::Word message[1 + message_words] = {cobnut::Tag(0, 0, 0, cobnut::Kind::signal).raw()};
        leave_with(thread, badge, message);
    }
    static kernel::Thread* running() { return sender_; }
    static kernel::Word message(const Entry&, unsigned index) { return sender_->registers.message(index); }
    static bool is_traced(const kernel::Thread& thread) { return (thread.gate & kernel::Gate::traced) != 0; }
    [[noreturn]] static void leave_with_answer(const Entry& entry, kernel::Word tag) {
        const kernel::Word message[1 + message_words] = {tag};
        leave_with(entry.current, 0, message);
    }
    [[noreturn]] static void slow_call_on(const Entry&, kernel::Word, kernel::Slot* slot) { kernel_call_on(slot); }
    [[noreturn]] static void slow_send(const Entry&, kernel::Word, kernel::Word form) { kernel_syscall(form); }
    [[noreturn]] static void slow_call(const Entry&, kernel::Word) { kernel_syscall(0); }
    [[noreturn]] static void slow_reply_recv(const Entry&, kernel::Word) { kernel_syscall(1); }
    template <auto function>
    [[noreturn]] static void continue_in(auto first) {
        function(first);
        __builtin_unreachable();
    }
    template <auto function>
    [[noreturn]] static void continue_in(auto first, auto* second) {
        second_ = second;
        function(first);
        __builtin_unreachable();
    }
    template <class Object>
    static Object* second() { return static_cast<Object*>(second_); }

private:
    static inline kernel::Thread* sender_ = nullptr;
    static inline void* second_ = nullptr;
};

} // namespace arch
