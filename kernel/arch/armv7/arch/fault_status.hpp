// SPDX-License-Identifier: BSD-2-Clause
// What an abort says of itself: DFSR and IFSR (Arm ARM DDI 0406C B3.13.3, B4.1.52). Pure.
#pragma once

#include <cobnut/register.hpp>

#include <stdint.h>

namespace arch {

struct FaultStatus : cobnut::reg::Word<FaultStatus, uint32_t> {
    using Word::Word;
    using Status = cobnut::reg::Field<5, 0, uint8_t>; ///< Of the long-descriptor format.
    using LongFormat = cobnut::reg::Flag<9>;
    using Write = cobnut::reg::Flag<11>;
    using ShortStatus = cobnut::reg::Field<3, 0, uint8_t>; ///< Of the short one, with bit 10 above it.
    using ShortStatusHigh = cobnut::reg::Flag<10>;

    static constexpr uint8_t debug = 0x22;

    /// Translation, access flag and permission faults; the low bits are the level.
    [[nodiscard]] constexpr bool is_mapping() const {
        const unsigned kind = get<Status>() >> 2;
        return kind >= 1 && kind <= 3;
    }
    [[nodiscard]] constexpr bool is_present() const { return get<Status>() >> 2 != 1; }

    /// An error of this very access, on the way to memory or in it, or of the table walk for it: external,
    /// parity or ECC.
    [[nodiscard]] constexpr bool is_bus_error() const {
        return get<LongFormat>() && get<Status>() >> 4 == 1 && !is_late_bus_error() && !is_late_parity_error();
    }
    /// An error that came back for an access that the program had left behind, a store to a device as a
    /// rule: the thread's that ran. Its address is unknown.
    [[nodiscard]] constexpr bool is_late_bus_error() const { return is(0x11, 0x16); }
    /// Memory that lost its contents, found when the access was over: nobody knows whose.
    [[nodiscard]] constexpr bool is_late_parity_error() const { return is(0x19, 0x18); }

private:
    [[nodiscard]] constexpr bool is(unsigned in_long_format, unsigned in_short_format) const {
        if (get<LongFormat>())
            return get<Status>() == in_long_format;
        return (get<ShortStatus>() | (get<ShortStatusHigh>() ? 16u : 0u)) == in_short_format;
    }
};

} // namespace arch
