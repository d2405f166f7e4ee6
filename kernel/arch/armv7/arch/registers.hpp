// SPDX-License-Identifier: BSD-2-Clause
// The registers of a thread as the stubs store them.
#pragma once

#include <cobnut/register.hpp>

#include <stddef.h>
#include <stdint.h>

namespace arch {

using Word = uintptr_t;

/// CPSR and SPSR (Arm ARM DDI 0406C B1.3.3).
struct Status : cobnut::reg::Word<Status, uint32_t> {
    using Word::Word;
    using Mode = cobnut::reg::Field<4, 0, uint8_t>;
    using Thumb = cobnut::reg::Flag<5>;
    using FiqMask = cobnut::reg::Flag<6>;
    using IrqMask = cobnut::reg::Flag<7>;
    using AbortMask = cobnut::reg::Flag<8>;
    using BigEndian = cobnut::reg::Flag<9>;
    using ItHigh = cobnut::reg::Field<15, 10, uint8_t>;
    using Greater = cobnut::reg::Field<19, 16, uint8_t>;
    using ItLow = cobnut::reg::Field<26, 25, uint8_t>;
    using Condition = cobnut::reg::Field<31, 27, uint8_t>; // N, Z, C, V, Q

    static constexpr uint8_t user = 0x10;

    /// FIQ is masked at all times. Asynchronous aborts are open at user level and there alone.
    static constexpr uint32_t fixed = user | uint32_t{FiqMask::mask};
    static constexpr uint32_t user_bits = static_cast<uint32_t>(
        Thumb::mask | BigEndian::mask | ItHigh::mask | Greater::mask | ItLow::mask |
        Condition::mask);
};

static_assert(cobnut::reg::disjoint<Status::Mode, Status::Thumb, Status::FiqMask, Status::IrqMask,
                                    Status::AbortMask, Status::BigEndian, Status::ItHigh,
                                    Status::Greater, Status::ItLow, Status::Condition>);

/// All 16 registers fit the two lines of the voluntary frame and its arguments, so the three kinds
/// of frame differ only in what the way out restores.
struct Registers {
    // The voluntary frame: `stm ^` writes the first eight, `srs` the next two.
    uint32_t r6_to_r11[6];
    uint32_t user_sp;
    uint32_t user_lr;
    uint32_t pc;
    uint32_t cpsr;
    // Arguments. In a fastpath GCC spills there.
    uint32_t r0_to_r5[6];
    uint32_t r12;
    uint32_t spilled;
    // Of the voluntary frame.
    uint32_t thread_pointer;           ///< TPIDRURW
    uint32_t thread_pointer_read_only; ///< TPIDRURO

    static constexpr unsigned message_words = 4;
    static constexpr unsigned word_count = 19;

    [[nodiscard]] Word capability() const noexcept { return r0_to_r5[0]; }
    [[nodiscard]] Word tag() const noexcept { return r0_to_r5[1]; }
    [[nodiscard]] Word message(unsigned n) const noexcept { return r0_to_r5[2 + n]; }
    [[nodiscard]] const Word* tag_and_words() const noexcept { return r0_to_r5 + 1; }
    [[nodiscard]] Word reply() const noexcept { return r6_to_r11[0]; }
    [[nodiscard]] Word reply_word() const noexcept { return reply(); }
    static constexpr Word reply_word(Word path) noexcept { return path; }
    [[nodiscard]] Word second_capability() const noexcept { return r6_to_r11[1]; }
    void set_badge(Word badge) noexcept { r0_to_r5[0] = badge; }
    void set_tag(Word tag) noexcept { r0_to_r5[1] = tag; }
    void set_message(unsigned n, Word word) noexcept { r0_to_r5[2 + n] = word; }

    [[nodiscard]] Word ip() const noexcept { return pc; }
    [[nodiscard]] Word sp() const noexcept { return user_sp; }

    /// As by bx: an odd address selects Thumb state. An even one leaves the state alone, for that is
    /// how the program counter of Thumb code is read.
    bool set_ip(Word ip) noexcept {
        pc = ip;
        if ((ip & 1) != 0)
            cpsr = Status{cpsr}.set<Status::Thumb>().raw();
        align_ip();
        return true;
    }
    bool set_sp(Word sp) noexcept {
        user_sp = sp;
        return true;
    }
    /// Back to the svc, which is 2 bytes long in Thumb state.
    void rewind() noexcept { pc -= thumb() ? 2 : 4; }

    /// What voluntary frame and arguments do not hold gets a defined value: the frame becomes a full
    /// one.
    void complete() noexcept {}

    void init_user(Word ip, Word sp, Word argument) noexcept {
        *this = Registers{};
        cpsr = Status::fixed;
        set_ip(ip);
        user_sp = sp;
        r0_to_r5[0] = argument;
    }

    /// 0 ip, 1 sp, 2 flags, 3-15 r0-r12, 16 lr, 17 TPIDRURW, 18 TPIDRURO.
    [[nodiscard]] Word get(unsigned n) const noexcept {
        const uint32_t* place = const_cast<Registers*>(this)->place(n);
        return place == nullptr ? 0 : *place;
    }
    bool set(unsigned n, Word value) noexcept {
        if (n == 0)
            return set_ip(value);
        if (uint32_t* target = place(n); target != nullptr)
            *target = value;
        if (n == 2)
            sanitise();
        return true;
    }
    static bool held_when_voluntary(unsigned n) noexcept {
        return n < 3 || (n >= 9 && n != 15);
    }

private:
    [[nodiscard]] bool thumb() const noexcept { return Status{cpsr}.get<Status::Thumb>(); }
    void align_ip() noexcept { pc &= thumb() ? ~uint32_t{1} : ~uint32_t{3}; }

    /// Returning to an address that does not fit the state, or to ARM state with IT bits, is
    /// UNPREDICTABLE.
    void sanitise() noexcept {
        cpsr = (cpsr & Status::user_bits) | Status::fixed;
        if (!thumb())
            cpsr = Status{cpsr}.clear<Status::ItHigh, Status::ItLow>().raw();
        align_ip();
    }

    uint32_t* place(unsigned n) noexcept {
        switch (n) {
        case 0: return &pc;
        case 1: return &user_sp;
        case 2: return &cpsr;
        case 15: return &r12;
        case 16: return &user_lr;
        case 17: return &thread_pointer;
        case 18: return &thread_pointer_read_only;
        default:
            if (n < 9)
                return &r0_to_r5[n - 3];
            return n < 15 ? &r6_to_r11[n - 9] : nullptr;
        }
    }
};

static_assert(offsetof(Registers, r6_to_r11) == 0 && offsetof(Registers, user_sp) == 24);
static_assert(offsetof(Registers, pc) == 32 && offsetof(Registers, cpsr) == 36);
static_assert(offsetof(Registers, r0_to_r5) == 40 && offsetof(Registers, r12) == 64);
static_assert(offsetof(Registers, thread_pointer) == 72);
static_assert(sizeof(Registers) == 80);

} // namespace arch
