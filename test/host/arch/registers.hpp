// SPDX-License-Identifier: BSD-2-Clause
// The registers of a simulated thread.
#pragma once

#include <generic/base/types.hpp>

namespace arch {

using kernel::Word;

struct Registers {
    static constexpr unsigned message_words = 4;
    static constexpr unsigned word_count = 4;

    Word pc, stack, flags, thread_pointer;
    Word a0, a1, words[message_words], reply_path, second;

    [[nodiscard]] Word capability() const noexcept { return a0; }
    [[nodiscard]] Word tag() const noexcept { return a1; }
    [[nodiscard]] Word message(unsigned n) const noexcept { return words[n]; }
    [[nodiscard]] const Word* tag_and_words() const noexcept { return &a1; }
    [[nodiscard]] Word reply() const noexcept { return reply_path; }
    [[nodiscard]] Word reply_word() const noexcept { return reply(); }
    static constexpr Word reply_word(Word path) noexcept { return path; }
    [[nodiscard]] Word second_capability() const noexcept { return second; }
    void set_badge(Word value) noexcept { a0 = value; }
    void set_tag(Word value) noexcept { a1 = value; }
    void set_message(unsigned n, Word value) noexcept { words[n] = value; }

    [[nodiscard]] Word ip() const noexcept { return pc; }
    [[nodiscard]] Word sp() const noexcept { return stack; }
    [[nodiscard]] bool set_ip(Word value) noexcept {
        pc = value;
        return true;
    }
    [[nodiscard]] bool set_sp(Word value) noexcept {
        stack = value;
        return true;
    }
    void rewind() noexcept { pc -= 4; }
    void complete() noexcept {}
    void init_user(Word ip, Word sp, Word argument) noexcept {
        *this = {};
        pc = ip;
        stack = sp;
        a0 = argument;
    }
    [[nodiscard]] Word get(unsigned n) const noexcept { return (&pc)[n]; }
    [[nodiscard]] bool set(unsigned n, Word value) noexcept {
        (&pc)[n] = value;
        return true;
    }
    [[nodiscard]] static bool held_when_voluntary(unsigned) noexcept { return true; }
};

} // namespace arch
