// SPDX-License-Identifier: BSD-2-Clause
// A call on a kernel object: its arguments as the caller wrote them, and the answer.
#pragma once

#include <cobnut/abi/object.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

namespace kernel {

/// The caller's words are read once, before anything is decided.
struct Invocation {
    static constexpr unsigned max_words = 48;

    // The arguments are written when they are read. NOLINTNEXTLINE(*UninitializedObject)
    Invocation(Cpu& core, Thread& thread, Slot& invoked)
        : cpu(core), caller(thread), slot(invoked) {}

    Cpu& cpu;
    Thread& caller;
    Slot& slot; ///< The invoked capability.
    cobnut::Method method;
    unsigned word_count;
    unsigned capability_count;
    Word words[max_words];
    Slot* capabilities[cobnut::max_message_capabilities];

    unsigned result_count = 0;
    Word results[max_words];

    void answer(Word word) { results[result_count++] = word; }
    /// A 64-bit number as two words, low first.
    void answer_wide(uint64_t number) {
        answer(static_cast<Word>(number));
        answer(high_word(number));
    }
    [[nodiscard]] uint64_t wide(unsigned first) const {
        if constexpr (sizeof(Word) == 8)
            return words[first];
        else
            return words[first] | uint64_t{words[first + 1]} << 32;
    }
    /// An optional capability; if it was sent, it has the type that the ABI's table says.
    [[nodiscard]] Result<Slot*> optional(unsigned n) const {
        if (n >= capability_count)
            return Error::truncated_message;
        return capabilities[n];
    }
};

/// The answer of a call that succeeded: no words.
inline void give_answer(Thread& caller) {
#pragma GCC unroll 6
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        caller.registers.set_message(i, 0);
    caller.registers.set_badge(0);
    caller.registers.set_tag(cobnut::Tag(0, 0).raw());
}

/// Outcome of an operation that was preempted: the system call is made again. Not of the ABI.
inline constexpr auto error_preempted = static_cast<Error>(0xffff);

/// Decodes and performs the call; a failure is the caller's answer.
[[nodiscard]] Error invoke(Cpu& cpu, Thread& caller, Slot& slot, bool wants_answer);

} // namespace kernel
