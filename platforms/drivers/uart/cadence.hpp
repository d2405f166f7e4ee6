// SPDX-License-Identifier: BSD-2-Clause
// Boot console on Cadence's UART as Xilinx has it (Zynq UltraScale+ Technical Reference Manual UG1085,
// chapter 21): polled output only, on the line settings that firmware left.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <cobnut/registers/cadence_uart.hpp>

namespace platform {

template <class Access = cobnut::reg::Volatile>
class BasicCadence {
public:
    static constexpr const char* compatible[] = {"cdns,uart-r1p12", "cdns,uart-r1p8", "xlnx,xuartps"};

    constexpr BasicCadence() = default;
    constexpr explicit BasicCadence(Access access) : registers_{access} {}

    // base: where the node's first reg entry is mapped.
    static constexpr BasicCadence from(cobnut::fdt::Node, uintptr_t base) {
        const BasicCadence driver{Access{base}};
        cobnut::cadence_uart::enable_transmitter(driver.registers_);
        return driver;
    }

    // Waits at least a character's time at 9600 baud, then drops it: a dead console must not stop
    // the kernel.
    void put(char character) const {
        namespace uart = cobnut::cadence_uart;
        using Full = uart::Status::TransmitFull;
        for (unsigned tries = 0; tries < patience; ++tries)
            if (!registers_.template read<uart::StatusRegister>().template get<Full>())
                break;
        registers_.template write<uart::FifoRegister>(static_cast<uint8_t>(character));
    }

    // What has been typed next; -1: nothing.
    [[nodiscard]] int get() const {
        namespace uart = cobnut::cadence_uart;
        if (registers_.template read<uart::StatusRegister>()
                .template get<uart::Status::ReceiveEmpty>())
            return -1;
        return static_cast<int>(registers_.template read<uart::FifoRegister>() & 0xff);
    }

    static constexpr unsigned patience = 100'000;

private:
    cobnut::reg::Mmio<Access> registers_;
};

using Cadence = BasicCadence<>;

} // namespace platform
