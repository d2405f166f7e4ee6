// SPDX-License-Identifier: BSD-2-Clause
// An interrupt on demand: the console's UART.
#pragma once

#include "protocol.hpp"

#include <lib/uart.hpp>

namespace cobnut::bench {

/// Memory-mapped UARTs interrupt at once when the transmitter is empty and may. Behind I/O ports
/// each write is a system call, in which the interrupt would come; so there a character comes back
/// through the loop and interrupts when the FIFO has held it for four characters' time
/// (PC16550D, 8.4).
class Device {
public:
    Device() = default;
    explicit Device(UartType type)
        : type_(type), uart_(type, address, IoPort(Given::io_port)),
          port_(PortAccess(IoPort(Given::io_port), type.offset)) {}

    static constexpr Word address = 0x1000'0000;

    /// Before the measurement begins.
    void arm() const {
        using namespace ns16550;
        if (type_.kind != UartKind::ns16550_port)
            return;
        port_.write<ModemControlRegister>(
            ModemControl{}.set<ModemControl::Out2, ModemControl::Loopback>());
        port_.write<FifoControlRegister>(
            FifoControl{}.set<FifoControl::Enable>().with<FifoControl::ReceiveTrigger>(
                FifoControl::Trigger::fourteen));
        port_.write<InterruptEnableRegister>(InterruptEnable{}.set<InterruptEnable::Received>());
        port_.write<TransmitRegister>(uint8_t{0});
    }
    void trigger() const {
        if (type_.kind != UartKind::ns16550_port)
            uart_.set_transmit_interrupt(true);
    }
    /// By the handler. The PL011's raw interrupt stays: it says that the transmitter is empty.
    void quiet() const {
        using namespace ns16550;
        uart_.set_transmit_interrupt(false);
        if (type_.kind == UartKind::ns16550)
            uart_.clear_interrupts();
        if (type_.kind != UartKind::ns16550_port)
            return;
        (void)port_.read<ReceiveRegister>();
        port_.write<FifoControlRegister>(FifoControl{}.set<FifoControl::Enable>());
        port_.write<ModemControlRegister>(
            ModemControl{}
                .set<ModemControl::DataTerminalReady, ModemControl::RequestToSend,
                     ModemControl::Out2>());
    }

private:
    UartType type_;
    Uart uart_;
    reg::Mmio<PortAccess> port_;
};

} // namespace cobnut::bench
