// SPDX-License-Identifier: BSD-2-Clause
// What GICv2 and GICv3 have in common: a bank of interrupts with enable, group, priority and
// trigger registers.
#pragma once

#include <cobnut/abi/object.hpp>
#include <cobnut/register.hpp>

#include <stddef.h>
#include <stdint.h>

namespace platform {

namespace reg = cobnut::reg;

/// The distributor, or on GICv3 a redistributor's second frame for numbers below 32 (IHI 0069
/// §12.9, 12.11).
class GicBank {
public:
    static constexpr unsigned first_shared = 32;
    static constexpr unsigned first_special = 1020;
    static constexpr unsigned first_private = 16; ///< Below: software generated.

    constexpr GicBank() = default;
    constexpr explicit GicBank(uintptr_t base) : block_{base} {}

    void enable(unsigned number) const { block_.write<Enable>(number / 32, bit(number)); }
    void disable(unsigned number) const { block_.write<Disable>(number / 32, bit(number)); }

    /// Masks everything in [first, first + 32), ends what firmware left active (it would never come
    /// again, IHI 0048 §4.3.10), and gives it one priority and one group: 1 where that can be told
    /// from 0. The only group a GICv2 kernel sees is 0 on its side, and the
    /// register ignores writes there.
    void quiet(unsigned first, uint32_t groups = ~uint32_t{0}) const {
        constexpr uint32_t priority = 0xa0a0a0a0;
        block_.write<Disable>(first / 32, ~uint32_t{0});
        block_.write<Inactive>(first / 32, ~uint32_t{0});
        block_.write<Group>(first / 32, groups);
        for (unsigned number = first; number < first + 32; number += 4)
            block_.write<Priority>(number / 4, priority);
    }

    /// Sets the trigger of a disabled interrupt. False: the hardware has it wired otherwise.
    [[nodiscard]] bool set_trigger(unsigned number, cobnut::Trigger trigger) const {
        if (trigger == cobnut::Trigger::firmware)
            return true;
        const uint32_t edge = uint32_t{2} << (number % 16 * 2);
        const uint32_t before = block_.read<Configuration>(number / 16);
        const uint32_t after = trigger == cobnut::Trigger::edge ? before | edge : before & ~edge;
        block_.write<Configuration>(number / 16, after);
        return block_.read<Configuration>(number / 16) == after;
    }

    /// GICD_TYPER.ITLinesNumber: numbers of the distributor end here.
    [[nodiscard]] unsigned lines() const {
        const unsigned lines = ((block_.read<Type>() & 31) + 1) * 32;
        return lines < first_special ? lines : first_special;
    }

private:
    using Type = reg::Register<0x004, uint32_t, reg::Ro>;
    using Group = reg::RegisterArray<0x080, 32, uint32_t>;
    using Enable = reg::RegisterArray<0x100, 32, uint32_t>;
    using Disable = reg::RegisterArray<0x180, 32, uint32_t>;
    using Inactive = reg::RegisterArray<0x380, 32, uint32_t>;
    using Priority = reg::RegisterArray<0x400, 255, uint32_t>;
    using Configuration = reg::RegisterArray<0xc00, 64, uint32_t>;

    static uint32_t bit(unsigned number) { return uint32_t{1} << (number % 32); }

    reg::Mmio<> block_;
};

} // namespace platform
