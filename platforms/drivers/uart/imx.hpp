// SPDX-License-Identifier: BSD-2-Clause
// Boot console on the i.MX UART (i.MX 6Dual/6Quad Reference Manual, chapter 64): polled output only,
// on the line settings that firmware left.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <cobnut/registers/imx_uart.hpp>

namespace platform {

template <class Access = cobnut::reg::Volatile>
class BasicImx {
public:
    static constexpr const char* compatible[] = {"fsl,imx6q-uart", "fsl,imx21-uart"};

    constexpr BasicImx() = default;
    constexpr explicit BasicImx(Access access) : registers_{access} {}

    // base: where the node's first reg entry is mapped.
    static constexpr BasicImx from(cobnut::fdt::Node, uintptr_t base) {
        return BasicImx{Access{base}};
    }

    // Waits at least a character's time at 9600 baud, then drops it: a dead console must not stop
    // the kernel.
    void put(char character) const {
        namespace uart = cobnut::imx_uart;
        using Full = uart::Test::TransmitFull;
        for (unsigned tries = 0; tries < patience; ++tries)
            if (!registers_.template read<uart::TestRegister>().template get<Full>())
                break;
        registers_.template write<uart::TransmitRegister>(static_cast<uint8_t>(character));
    }

    // What has been typed next; -1: nothing.
    [[nodiscard]] int get() const {
        if (registers_.template read<cobnut::imx_uart::TestRegister>()
                .template get<cobnut::imx_uart::Test::ReceiveEmpty>())
            return -1;
        return static_cast<int>(registers_.template read<cobnut::imx_uart::ReceiveRegister>()
                                    .template get<cobnut::imx_uart::Receive::Character>());
    }

    static constexpr unsigned patience = 100'000;

private:
    cobnut::reg::Mmio<Access> registers_;
};

using Imx = BasicImx<>;

} // namespace platform
