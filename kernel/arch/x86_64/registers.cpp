// SPDX-License-Identifier: BSD-2-Clause
// The numbered view of a thread's registers.
#include <arch/registers.hpp>

namespace arch {

namespace {

constexpr unsigned view_ip = 0, view_flags = 2, view_fs_base = 18, view_gs_base = 19;

// Index into Registers as an array of words, in the order of the ABI's view.
constexpr uint8_t place[Registers::word_count] = {
    6,  5,  18,            // ip, sp, flags
    15, 14, 16, 10, 9,  8, // rax rbx rcx rdx rsi rdi
    0,  11, 12, 13, 17,    // rbp r8 r9 r10 r11
    1,  2,  3,  4,         // r12-r15
    7,  19,                // fs base, gs base
};

constexpr unsigned voluntary_words = offsetof(Registers, rdi) / sizeof(Word);

static_assert(offsetof(Registers, rsp) == 5 * 8 && offsetof(Registers, rip) == 6 * 8);
static_assert(offsetof(Registers, words) == 10 * 8 && offsetof(Registers, rax) == 15 * 8);
static_assert(offsetof(Registers, rflags) == 18 * 8 && offsetof(Registers, gs_base) == 19 * 8);

} // namespace

void Registers::init_user(Word ip, Word sp, Word argument) noexcept {
    *this = Registers{};
    rip = ip < layout::user_end ? ip : 0;
    rsp = sp;
    rdi = argument;
    rflags = UserFlags::always;
}

Word Registers::get(unsigned n) const noexcept {
    return n < word_count ? reinterpret_cast<const Word*>(this)[place[n]] : 0;
}

bool Registers::set(unsigned n, Word value) noexcept {
    if (n >= word_count)
        return false;
    if (n == view_ip)
        return set_ip(value);
    if ((n == view_fs_base || n == view_gs_base) && !is_canonical(value))
        return false;
    reinterpret_cast<Word*>(this)[place[n]] = n == view_flags ? UserFlags::sanitise(value) : value;
    return true;
}

bool Registers::held_when_voluntary(unsigned n) noexcept {
    return n < word_count && place[n] < voluntary_words;
}

} // namespace arch
