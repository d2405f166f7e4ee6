// SPDX-License-Identifier: BSD-2-Clause
// Boot console on Cadence's UART as Xilinx has it (Zynq UltraScale+ Technical Reference Manual UG1085,
// chapter 21): polled output only, on the line settings that firmware left.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <cobnut/register.hpp>

namespace platform {

namespace cadence_uart {

// UG1087, module UART: Control, Channel_sts
struct Control : cobnut::reg::Word<Control, uint32_t> {
    using Word::Word;
    using TransmitEnable = cobnut::reg::Flag<4>;
    using TransmitDisable = cobnut::reg::Flag<5>;
};
struct Status : cobnut::reg::Word<Status, uint32_t> {
    using Word::Word;
    using ReceiveEmpty = cobnut::reg::Flag<1>;
    using TransmitFull = cobnut::reg::Flag<4>;
};
using ControlRegister = cobnut::reg::Register<0x00, Control>;
using StatusRegister = cobnut::reg::Register<0x2c, Status, cobnut::reg::Ro>;
using FifoRegister = cobnut::reg::Register<0x30, uint32_t>;

} // namespace cadence_uart

template <class Access = cobnut::reg::Volatile>
class BasicCadence {
public:
    static constexpr const char* compatible[] = {"cdns,uart-r1p12", "cdns,uart-r1p8", "xlnx,xuartps"};

    constexpr BasicCadence() = default;
    constexpr explicit BasicCadence(Access access) : registers_{access} {}

    // base: where the node's first reg entry is mapped.
    static constexpr BasicCadence from(cobnut::fdt::Node, uintptr_t base) {
        const BasicCadence driver{Access{base}};
        driver.enable();
        return driver;
    }

    // Firmware may have left the transmitter off; its state else stays.
    void enable() const {
        namespace uart = cadence_uart;
        const uart::Control control = registers_.template read<uart::ControlRegister>();
        registers_.template write<uart::ControlRegister>(
            control.clear<uart::Control::TransmitDisable>().set<uart::Control::TransmitEnable>());
    }

    // Waits at least a character's time at 9600 baud, then drops it: a dead console must not stop
    // the kernel.
    void put(char character) const {
        namespace uart = cadence_uart;
        using Full = uart::Status::TransmitFull;
        for (unsigned tries = 0; tries < patience; ++tries)
            if (!registers_.template read<uart::StatusRegister>().template get<Full>())
                break;
        registers_.template write<uart::FifoRegister>(static_cast<uint8_t>(character));
    }

    // What has been typed next; -1: nothing.
    [[nodiscard]] int get() const {
        namespace uart = cadence_uart;
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
