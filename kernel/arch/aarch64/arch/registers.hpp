// SPDX-License-Identifier: BSD-2-Clause
// A thread's registers as they lie in its object.
#pragma once

#include <generic/base/types.hpp>

#include <stddef.h>

namespace arch {

using kernel::Word;

struct Registers {
    static constexpr unsigned message_words = 6;
    static constexpr unsigned word_count = 35;

    // Voluntary frame.
    Word saved[12] = {}; ///< x19 to x30
    Word stack = 0;
    Word program_counter = 0;
    Word flags = 0; ///< SPSR_EL1; 0: EL0, AArch64, nothing masked
    Word thread_pointer = 0;
    // Arguments.
    Word argument[10] = {}; ///< x0 to x9
    // The rest of a full frame.
    Word scratch[9] = {}; ///< x10 to x18

    [[nodiscard]] Word capability() const noexcept { return argument[0]; }
    [[nodiscard]] Word tag() const noexcept { return argument[1]; }
    [[nodiscard]] Word message(unsigned index) const noexcept { return argument[2 + index]; }
    [[nodiscard]] const Word* tag_and_words() const noexcept { return argument + 1; }
    [[nodiscard]] Word reply() const noexcept { return argument[8]; }
    [[nodiscard]] Word reply_word() const noexcept { return reply(); }
    static constexpr Word reply_word(Word path) noexcept { return path; }
    [[nodiscard]] Word second_capability() const noexcept { return argument[9]; }
    void set_badge(Word badge) noexcept { argument[0] = badge; }
    void set_tag(Word tag) noexcept { argument[1] = tag; }
    void set_message(unsigned index, Word word) noexcept { argument[2 + index] = word; }

    [[nodiscard]] Word ip() const noexcept { return program_counter; }
    [[nodiscard]] Word sp() const noexcept { return stack; }
    // Any address will do: one that cannot be executed or used faults at user level.
    bool set_ip(Word address) noexcept {
        program_counter = address;
        return true;
    }
    bool set_sp(Word address) noexcept {
        stack = address;
        return true;
    }
    void rewind() noexcept { program_counter -= 4; }
    /// What voluntary frame and arguments do not hold gets a defined value: the frame becomes a
    /// full one.
    void complete() noexcept {
        for (Word& word : scratch)
            word = 0;
    }
    void init_user(Word ip, Word sp, Word argument_word) noexcept {
        *this = {};
        program_counter = ip;
        stack = sp;
        argument[0] = argument_word;
    }

    // Numbered: program counter, stack pointer, flags, x0 to x30, TPIDR_EL0.
    [[nodiscard]] Word get(unsigned number) const noexcept {
        return number < word_count ? *const_cast<Registers*>(this)->place(number) : 0;
    }
    bool set(unsigned number, Word value) noexcept {
        constexpr Word condition_flags = Word{15} << 28;
        if (number >= word_count)
            return false;
        *place(number) = number == 2 ? value & condition_flags : value;
        return true;
    }
    [[nodiscard]] static constexpr bool held_when_voluntary(unsigned number) noexcept {
        return number < 3 || number >= 3 + 19;
    }

private:
    [[nodiscard]] Word* place(unsigned number) noexcept {
        switch (number) {
        case 0:
            return &program_counter;
        case 1:
            return &stack;
        case 2:
            return &flags;
        case 34:
            return &thread_pointer;
        default:
            break;
        }
        const unsigned x = number - 3;
        return x < 10 ? &argument[x] : x < 19 ? &scratch[x - 10] : &saved[x - 19];
    }
};

// The stubs count on these (asm_offsets.cpp, leave.cpp, fast_policy.hpp).
static_assert(offsetof(Registers, saved) == 0 && offsetof(Registers, stack) == 96);
static_assert(offsetof(Registers, argument) == 128 && offsetof(Registers, scratch) == 208);
static_assert(sizeof(Registers) == 280);

} // namespace arch
