// SPDX-License-Identifier: BSD-2-Clause
// Models of Arm's interrupt controllers, written from IHI 0048 (GICv2) and IHI 0069 (GICv3).
#pragma once

#include "machine.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>

namespace device {

constexpr unsigned none = 1023;

/// The interrupts of a distributor or redistributor: lines come in, enables and priorities decide.
class GicBank {
public:
    struct Interrupt {
        bool line = false, latch = false, enabled = false, active = false, edge = false;
        bool wired = false; ///< Its trigger cannot be chosen.
        uint8_t priority = 0, group = 0;

        bool pends() const { return enabled && !active && (edge ? latch : line); }
    };

    GicBank(unsigned first, unsigned end) : first_{first}, end_{end} {}

    Interrupt& at(unsigned number) { return interrupts_.at(number); }
    /// The device's signal.
    void raise(unsigned number, bool level) {
        Interrupt& it = at(number);
        it.latch = it.latch || (level && !it.line);
        it.line = level;
    }

    /// Registers that both versions have alike. False: the offset is another one's.
    bool read(size_t offset, unsigned width, uint64_t& value) {
        value = 0;
        unsigned bits, begin;
        if (!place(offset, bits, begin))
            return false;
        REQUIRE(width == 4);
        for (unsigned number = begin; number < begin + 32 / bits; ++number)
            if (number < end_)
                value |= field(offset, number) << (number - begin) * bits;
        return true;
    }

    bool write(size_t offset, unsigned width, uint64_t value) {
        unsigned bits, begin;
        if (!place(offset, bits, begin))
            return false;
        REQUIRE(width == 4);
        for (unsigned number = begin; number < begin + 32 / bits && number < end_; ++number)
            set(offset, number,
                static_cast<unsigned>(value >> (number - begin) * bits & ((1u << bits) - 1)));
        return true;
    }

    /// The most urgent of those below the priority mask.
    unsigned best(unsigned mask, unsigned of_group) const {
        unsigned found = none;
        for (unsigned number = first_; number < end_; ++number) {
            const Interrupt& it = interrupts_[number];
            if (it.pends() && it.group == of_group && it.priority < mask &&
                (found == none || it.priority < interrupts_[found].priority))
                found = number;
        }
        return found;
    }

    bool is_secure = false; ///< Only then can groups be told apart (GICv2).
    bool slow_disable = false;
    std::vector<unsigned> disabling; ///< With slow_disable: not yet in effect.

private:
    static constexpr size_t group = 0x080, enable = 0x100, disable = 0x180, clear_active = 0x380,
                            priority = 0x400, configuration = 0xc00;

    bool place(size_t offset, unsigned& bits, unsigned& begin) const {
        const auto in = [&](size_t base, size_t size, unsigned width) {
            if (offset < base || offset >= base + size)
                return false;
            bits = width;
            begin = static_cast<unsigned>((offset - base) * 8 / width);
            return true;
        };
        const bool known = in(group, 0x80, 1) || in(enable, 0x80, 1) || in(disable, 0x80, 1) ||
                           in(clear_active, 0x80, 1) || in(priority, 0x400, 8) ||
                           in(configuration, 0x100, 2);
        if (known) { // the other bank has these
            REQUIRE(begin >= first_);
            REQUIRE(begin < end_);
        }
        return known;
    }

    uint64_t field(size_t offset, unsigned number) const {
        const Interrupt& it = interrupts_[number];
        if (offset >= configuration)
            return it.edge ? 2 : 0;
        if (offset >= priority)
            return it.priority;
        if (offset >= clear_active)
            return it.active;
        return offset >= enable ? it.enabled : it.group;
    }

    void set(size_t offset, unsigned number, unsigned value) {
        Interrupt& it = interrupts_[number];
        if (offset >= configuration) {
            REQUIRE(!it.enabled); // IHI 0048 4.3.13: else unpredictable
            if (!it.wired)
                it.edge = (value & 2) != 0;
        } else if (offset >= priority) {
            it.priority = static_cast<uint8_t>(value & 0xf8);
        } else if (offset >= clear_active) {
            it.active = it.active && value == 0;
        } else if (offset >= disable) {
            if (value != 0 && it.enabled && slow_disable)
                disabling.push_back(number);
            else
                it.enabled = it.enabled && value == 0;
        } else if (offset >= enable) {
            it.enabled = it.enabled || value != 0;
        } else if (is_secure) {
            it.group = static_cast<uint8_t>(value);
        }
    }

    unsigned first_, end_;
    std::array<Interrupt, 1024> interrupts_;
};

} // namespace device
