// SPDX-License-Identifier: BSD-2-Clause
// Boot console on a 16550 (TI PC16550D, SNLS378) or DesignWare's variant of it: polled output only, on
// the line settings that firmware left.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <cobnut/registers/ns16550.hpp>

namespace platform {

// Access: in memory, or by I/O ports (then constructed from the policy that the ISA brings).
template <class Access = cobnut::ns16550::MemoryAccess>
class BasicNs16550 {
public:
    static constexpr const char* compatible[] = {"ns16550a", "ns16550", "snps,dw-apb-uart"};

    constexpr BasicNs16550() = default;
    constexpr explicit BasicNs16550(Access access) : registers_{access} {}
    constexpr explicit BasicNs16550(uintptr_t base, unsigned shift = 0,
                                    unsigned io_width = 1) requires
        std::constructible_from<Access, uintptr_t, unsigned, unsigned>
        : registers_{Access{base, shift, io_width}} {}

    // base: where the node's first reg entry is mapped. Devicetree Specification 4.2.2.
    static constexpr BasicNs16550
    from(cobnut::fdt::Node node,
         uintptr_t base) requires std::constructible_from<Access, uintptr_t, unsigned, unsigned> {
        return BasicNs16550{base + node.cell("reg-offset"), node.cell("reg-shift"),
                            node.cell("reg-io-width", 1)};
    }

    // For a console that no firmware has set up. divisor: clock / (16 * baud), 1 on a PC means
    // 115200.
    void set_up(uint16_t divisor) const {
        namespace uart = cobnut::ns16550;
        using Line = uart::LineControl;
        const Line line = Line{}.with<Line::WordLength>(Line::Length::eight);
        registers_.template write<uart::InterruptEnableRegister>(uart::InterruptEnable{});
        registers_.template write<uart::LineControlRegister>(line.with<Line::DivisorAccess>(true));
        registers_.template write<uart::DivisorLowRegister>(static_cast<uint8_t>(divisor & 0xff));
        registers_.template write<uart::DivisorHighRegister>(static_cast<uint8_t>(divisor >> 8));
        registers_.template write<uart::LineControlRegister>(line);
        using Fifo = uart::FifoControl;
        registers_.template write<uart::FifoControlRegister>(
            Fifo{}.set<Fifo::Enable, Fifo::ResetReceive, Fifo::ResetTransmit>());
        using Modem = uart::ModemControl;
        registers_.template write<uart::ModemControlRegister>(
            Modem{}.set<Modem::DataTerminalReady, Modem::RequestToSend>());
    }

    // Waits at least a character's time at 9600 baud, then goes on: a dead console must not stop
    // the kernel.
    void put(char character) const {
        namespace uart = cobnut::ns16550;
        using Empty = uart::LineStatus::TransmitHoldingEmpty;
        for (unsigned tries = 0; tries < patience; ++tries)
            if (registers_.template read<uart::LineStatusRegister>().template get<Empty>())
                break;
        registers_.template write<uart::TransmitRegister>(static_cast<uint8_t>(character));
    }

    // What has been typed next; -1: nothing.
    [[nodiscard]] int get() const {
        namespace uart = cobnut::ns16550;
        if (!registers_.template read<uart::LineStatusRegister>()
                 .template get<uart::LineStatus::DataReady>())
            return -1;
        return registers_.template read<uart::ReceiveRegister>();
    }

    static constexpr unsigned patience = 100'000;

private:
    cobnut::reg::Mmio<Access> registers_;
};

using Ns16550 = BasicNs16550<>;

} // namespace platform
