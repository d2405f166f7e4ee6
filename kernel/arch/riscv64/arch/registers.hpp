// SPDX-License-Identifier: BSD-2-Clause
// A thread's registers as they lie in its object.
#pragma once

#include <generic/base/types.hpp>

#include <stddef.h>

namespace arch {

using kernel::Word;

struct Registers {
    static constexpr unsigned message_words = 6;
    static constexpr unsigned word_count = 34;

    // Voluntary frame.
    Word saved[12] = {}; ///< s0 to s11
    Word global_pointer = 0;
    Word stack = 0;
    Word thread_pointer = 0;
    Word program_counter = 0;
    // Arguments.
    Word argument[8] = {};  ///< a0 to a7
    Word temporary[3] = {}; ///< t0 to t2: number, reply, second capability
    // The rest of a full frame.
    Word return_address = 0;
    Word rest[4] = {}; ///< t3 to t6

    [[nodiscard]] Word capability() const noexcept { return argument[0]; }
    [[nodiscard]] Word tag() const noexcept { return argument[1]; }
    [[nodiscard]] Word message(unsigned index) const noexcept { return argument[2 + index]; }
    [[nodiscard]] const Word* tag_and_words() const noexcept { return argument + 1; }
    [[nodiscard]] Word reply() const noexcept { return temporary[1]; }
    [[nodiscard]] Word reply_word() const noexcept { return reply(); }
    static constexpr Word reply_word(Word path) noexcept { return path; }
    [[nodiscard]] Word second_capability() const noexcept { return temporary[2]; }
    void set_badge(Word badge) noexcept { argument[0] = badge; }
    void set_tag(Word tag) noexcept { argument[1] = tag; }
    void set_message(unsigned index, Word word) noexcept { argument[2 + index] = word; }

    [[nodiscard]] Word ip() const noexcept { return program_counter; }
    [[nodiscard]] Word sp() const noexcept { return stack; }
    // Any address will do: one that cannot be executed or used faults at user level.
    bool set_ip(Word address) noexcept {
        program_counter = address & ~Word{1};
        return true;
    }
    bool set_sp(Word address) noexcept {
        stack = address;
        return true;
    }
    /// ecall has no compressed form.
    void rewind() noexcept { program_counter -= 4; }
    void complete() noexcept {
        return_address = 0;
        for (Word& word : rest)
            word = 0;
    }
    void init_user(Word ip, Word sp, Word argument_word) noexcept {
        *this = {};
        program_counter = ip & ~Word{1};
        stack = sp;
        argument[0] = argument_word;
    }

    // Numbered: program counter, stack pointer, flags (none here), x1 to x31.
    [[nodiscard]] Word get(unsigned number) const noexcept {
        const Word* const from = const_cast<Registers*>(this)->place(number);
        return from == nullptr ? 0 : *from;
    }
    bool set(unsigned number, Word value) noexcept {
        if (number >= word_count)
            return false;
        if (number == 0)
            return set_ip(value);
        if (Word* const to = place(number); to != nullptr)
            *to = value;
        return true;
    }
    [[nodiscard]] static constexpr bool held_when_voluntary(unsigned number) noexcept {
        const unsigned x = number - 2;
        return number < 3 || (x >= 2 && x <= 4) || x == 8 || x == 9 || (x >= 18 && x <= 27);
    }

private:
    [[nodiscard]] Word* place(unsigned number) noexcept {
        const unsigned x = number - 2;
        switch (number) {
        case 0:
            return &program_counter;
        case 1:
            return &stack;
        case 2:
            return nullptr;
        case 3:
            return &return_address;
        case 4:
            return &stack;
        case 5:
            return &global_pointer;
        case 6:
            return &thread_pointer;
        default:
            break;
        }
        if (x < 8)
            return &temporary[x - 5];
        if (x < 10)
            return &saved[x - 8];
        if (x < 18)
            return &argument[x - 10];
        if (x < 28)
            return &saved[x - 18 + 2];
        return x < 32 ? &rest[x - 28] : nullptr;
    }
};

// The stubs and the fastpath's way out count on these.
static_assert(offsetof(Registers, saved) == 0 && offsetof(Registers, global_pointer) == 96);
static_assert(offsetof(Registers, program_counter) == 120 && offsetof(Registers, argument) == 128);
static_assert(offsetof(Registers, temporary) == 192 && offsetof(Registers, return_address) == 216);
static_assert(offsetof(Registers, rest) == 224 && sizeof(Registers) == 256);

} // namespace arch
