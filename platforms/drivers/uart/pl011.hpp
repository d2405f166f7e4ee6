// SPDX-License-Identifier: BSD-2-Clause
// Boot console on a PL011 (Arm DDI 0183, chapter 3): polled output only, on the line settings that
// firmware left.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <cobnut/registers/pl011.hpp>

namespace platform {

template <class Access = cobnut::reg::Volatile>
class BasicPl011 {
public:
    static constexpr const char* compatible[] = {"arm,pl011", "arm,sbsa-uart"};

    constexpr BasicPl011() = default;
    constexpr explicit BasicPl011(Access access) : registers_{access} {}
    constexpr explicit BasicPl011(
        uintptr_t base) requires std::constructible_from<Access, uintptr_t> : registers_{base} {}

    // base: where the node's first reg entry is mapped.
    static constexpr BasicPl011 from(cobnut::fdt::Node, uintptr_t base) { return BasicPl011{base}; }

    // Waits at least a character's time at 9600 baud, then drops it: a dead console must not stop
    // the kernel.
    void put(char character) const {
        namespace pl011 = cobnut::pl011;
        for (unsigned tries = 0; tries < patience; ++tries)
            if (!registers_.template read<pl011::FlagRegister>()
                     .template get<pl011::Flags::TransmitFull>())
                break;
        const auto byte = static_cast<uint8_t>(character);
        registers_.template write<pl011::DataRegister>(
            pl011::Data{}.template with<pl011::Data::Character>(byte));
    }

    // What has been typed next; -1: nothing.
    [[nodiscard]] int get() const {
        namespace pl011 = cobnut::pl011;
        if (registers_.template read<pl011::FlagRegister>()
                .template get<pl011::Flags::ReceiveEmpty>())
            return -1;
        return static_cast<int>(registers_.template read<pl011::DataRegister>()
                                    .template get<pl011::Data::Character>());
    }

    static constexpr unsigned patience = 100'000;

private:
    cobnut::reg::Mmio<Access> registers_;
};

using Pl011 = BasicPl011<>;

} // namespace platform
