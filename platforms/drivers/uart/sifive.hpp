// SPDX-License-Identifier: BSD-2-Clause
// Boot console on SiFive's UART (FU540-C000 manual, chapter 13): polled output only, at firmware's
// baud rate.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <cobnut/registers/sifive_uart.hpp>

namespace platform {

template <class Access = cobnut::reg::Volatile>
class BasicSifive {
public:
    static constexpr const char* compatible[] = {"sifive,uart0"};

    constexpr BasicSifive() = default;
    constexpr explicit BasicSifive(Access access) : registers_{access} {}

    // base: where the node's first reg entry is mapped.
    static constexpr BasicSifive from(cobnut::fdt::Node, uintptr_t base) {
        return BasicSifive{Access{base}};
    }

    // Waits at least a character's time at 9600 baud, then drops it: a dead console must not stop
    // the kernel.
    void put(char character) const {
        namespace uart = cobnut::sifive_uart;
        using Data = uart::TransmitData;
        for (unsigned tries = 0; tries < patience; ++tries)
            if (!registers_.template read<uart::TransmitDataRegister>().template get<Data::Full>())
                break;
        const auto byte = static_cast<uint8_t>(character);
        registers_.template write<uart::TransmitDataRegister>(
            Data{}.template with<Data::Character>(byte));
    }

    // What has been typed next; -1: nothing.
    [[nodiscard]] int get() const {
        namespace uart = cobnut::sifive_uart;
        using Data = uart::ReceiveData;
        const Data data = registers_.template read<uart::ReceiveDataRegister>();
        return data.get<Data::Empty>() ? -1 : static_cast<int>(data.get<Data::Character>());
    }

    static constexpr unsigned patience = 100'000;

private:
    cobnut::reg::Mmio<Access> registers_;
};

using Sifive = BasicSifive<>;

} // namespace platform
