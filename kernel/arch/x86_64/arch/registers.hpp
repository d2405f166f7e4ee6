// SPDX-License-Identifier: BSD-2-Clause
// The registers of a thread: the voluntary frame, the arguments, the rest of a full frame.
#pragma once

#include <arch/layout.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/base/types.hpp>

namespace arch {

using kernel::Word;

// Flags that user level may have; IF is always set, IOPL, NT, RF and VM never (SDM vol. 1, 3.4.3).
struct UserFlags {
    static constexpr Word always = 0x202;
    static constexpr Word allowed = 0x240dd5; // CF PF AF ZF SF TF DF OF AC ID

    static constexpr Word sanitise(Word flags) { return (flags & allowed) | always; }
};

constexpr bool is_canonical(Word address) {
    const Word upper = address >> 47;
    return upper == 0 || upper == 0x1ffff;
}

struct Registers {
    static constexpr unsigned message_words = 5;
    static constexpr unsigned word_count = 20;

    // Voluntary.
    Word rbp, r12, r13, r14, r15, rsp, rip, fs_base;
    // Arguments: capability and badge, tag, rdx r8 r9 r10 rbx, number and reply.
    Word rdi, rsi, words[message_words], rax;
    // The rest of a full frame.
    Word rcx, r11, rflags, gs_base;

    [[nodiscard]] Word capability() const noexcept { return rdi; }
    [[nodiscard]] Word tag() const noexcept { return rsi; }
    [[nodiscard]] Word message(unsigned n) const noexcept { return words[n]; }
    [[nodiscard]] const Word* tag_and_words() const noexcept { return &rsi; }
    [[nodiscard]] Word reply() const noexcept { return rax >> 8; }
    [[nodiscard]] Word reply_word() const noexcept { return rax; }
    static constexpr Word reply_word(Word path) noexcept {
        return path << 8 | static_cast<Word>(cobnut::Syscall::reply_recv);
    }
    [[nodiscard]] Word second_capability() const noexcept { return r12; }
    void set_badge(Word value) noexcept { rdi = value; }
    void set_tag(Word value) noexcept { rsi = value; }
    void set_message(unsigned n, Word value) noexcept { words[n] = value; }

    [[nodiscard]] Word ip() const noexcept { return rip; }
    [[nodiscard]] Word sp() const noexcept { return rsp; }
    [[nodiscard]] bool set_ip(Word value) noexcept {
        if (value >= layout::user_end)
            return false;
        rip = value;
        return true;
    }
    [[nodiscard]] bool set_sp(Word value) noexcept {
        rsp = value;
        return true;
    }
    void rewind() noexcept { rip -= 2; }
    /// What voluntary frame and arguments do not hold gets a defined value: the frame becomes a
    /// full one.
    void complete() noexcept {
        rcx = r11 = gs_base = 0;
        rflags = UserFlags::always;
    }
    void init_user(Word ip, Word sp, Word argument) noexcept;

    // The ABI's view: ip, sp, flags, rax rbx rcx rdx rsi rdi rbp r8-r15, fs base, gs base.
    [[nodiscard]] Word get(unsigned n) const noexcept;
    [[nodiscard]] bool set(unsigned n, Word value) noexcept;
    [[nodiscard]] static bool held_when_voluntary(unsigned n) noexcept;
};

static_assert(offsetof(Registers, rdi) == 64 && sizeof(Registers) == 20 * sizeof(Word));

} // namespace arch
