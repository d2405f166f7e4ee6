// SPDX-License-Identifier: BSD-2-Clause
// All UARTs as firmware left them: baud rate and format are not touched.

#include <lib/uart.hpp>

namespace cobnut {

namespace {

template <class Access>
bool empty_16550(const reg::Mmio<Access>& uart) {
    return uart.template read<ns16550::LineStatusRegister>()
        .template get<ns16550::LineStatus::TransmitHoldingEmpty>();
}

// Out2 lets a PC's UART reach the interrupt controller (PC16550D data sheet, 8.7).
template <class Access>
void interrupt_16550(const reg::Mmio<Access>& uart, bool on) {
    using ns16550::InterruptEnable;
    using ns16550::ModemControl;
    if (on)
        uart.template write<ns16550::ModemControlRegister>(
            ModemControl{}
                .template set<ModemControl::DataTerminalReady, ModemControl::RequestToSend,
                              ModemControl::Out2>());
    uart.template write<ns16550::InterruptEnableRegister>(
        InterruptEnable{}.template with<InterruptEnable::TransmitEmpty>(on));
}

template <class Access>
void start_16550(const reg::Mmio<Access>& uart) {
    using ns16550::FifoControl;
    uart.template write<ns16550::InterruptEnableRegister>(ns16550::InterruptEnable{});
    uart.template write<ns16550::FifoControlRegister>(
        FifoControl{}.template set<FifoControl::Enable>());
}

} // namespace

Uart::Uart(UartType type, Word page, IoPort port)
    : type_(type), words_(page + type.offset),
      memory_(ns16550::MemoryAccess(page + type.offset, type.shift, type.io_width)),
      port_(PortAccess(port, type.offset)) {
    switch (type_.kind) {
    case UartKind::none:
        break;
    case UartKind::pl011:
        words_.write<pl011::InterruptMaskRegister>(pl011::Interrupts{});
        break;
    case UartKind::ns16550:
        start_16550(memory_);
        break;
    case UartKind::ns16550_port:
        start_16550(port_);
        break;
    case UartKind::sifive:
        using Control = sifive_uart::TransmitControl;
        words_.write<sifive_uart::InterruptEnableRegister>(sifive_uart::Interrupts{});
        words_.write<sifive_uart::TransmitControlRegister>(
            words_.read<sifive_uart::TransmitControlRegister>()
                .set<Control::Enable>()
                .with<Control::Watermark>(uint8_t{1}));
        break;
    case UartKind::cadence:
        cadence_uart::enable_transmitter(words_);
        set_transmit_interrupt(false);
        break;
    case UartKind::imx:
        set_transmit_interrupt(false);
        break;
    }
}

bool Uart::can_send() const {
    switch (type_.kind) {
    case UartKind::none:
        return true;
    case UartKind::pl011:
        return !words_.read<pl011::FlagRegister>().get<pl011::Flags::TransmitFull>();
    case UartKind::ns16550:
        return empty_16550(memory_);
    case UartKind::ns16550_port:
        return empty_16550(port_);
    case UartKind::sifive:
        return !words_.read<sifive_uart::TransmitDataRegister>()
                    .get<sifive_uart::TransmitData::Full>();
    case UartKind::cadence:
        return !words_.read<cadence_uart::StatusRegister>()
                    .get<cadence_uart::Status::TransmitFull>();
    case UartKind::imx:
        return !words_.read<imx_uart::TestRegister>().get<imx_uart::Test::TransmitFull>();
    }
    return false;
}

void Uart::send(char character) const {
    const auto byte = static_cast<uint8_t>(character);
    switch (type_.kind) {
    case UartKind::none:
        break;
    case UartKind::pl011:
        words_.write<pl011::DataRegister>(pl011::Data{}.with<pl011::Data::Character>(byte));
        break;
    case UartKind::ns16550:
        memory_.write<ns16550::TransmitRegister>(byte);
        break;
    case UartKind::ns16550_port:
        port_.write<ns16550::TransmitRegister>(byte);
        break;
    case UartKind::sifive:
        words_.write<sifive_uart::TransmitDataRegister>(
            sifive_uart::TransmitData{}.with<sifive_uart::TransmitData::Character>(byte));
        break;
    case UartKind::cadence:
        words_.write<cadence_uart::FifoRegister>(byte);
        break;
    case UartKind::imx:
        words_.write<imx_uart::TransmitRegister>(byte);
        break;
    }
}

void Uart::set_transmit_interrupt(bool on) const {
    switch (type_.kind) {
    case UartKind::none:
        break;
    case UartKind::pl011:
        words_.write<pl011::InterruptMaskRegister>(
            pl011::Interrupts{}.with<pl011::Interrupts::Transmit>(on));
        break;
    case UartKind::ns16550:
        interrupt_16550(memory_, on);
        break;
    case UartKind::ns16550_port:
        interrupt_16550(port_, on);
        break;
    case UartKind::sifive:
        words_.write<sifive_uart::InterruptEnableRegister>(
            sifive_uart::Interrupts{}.with<sifive_uart::Interrupts::Transmit>(on));
        break;
    case UartKind::cadence: {
        constexpr auto empty = cadence_uart::Status{}.set<cadence_uart::Status::TransmitEmpty>();
        if (on)
            words_.write<cadence_uart::InterruptEnableRegister>(empty);
        else
            words_.write<cadence_uart::InterruptDisableRegister>(empty);
        break;
    }
    case UartKind::imx:
        words_.write<imx_uart::Control1Register>(
            words_.read<imx_uart::Control1Register>()
                .with<imx_uart::Control1::TransmitEmptyInterrupt>(on));
        break;
    }
}

void Uart::clear_interrupts() const {
    switch (type_.kind) {
    case UartKind::none:
        break;
    case UartKind::pl011:
        words_.write<pl011::InterruptClearRegister>(pl011::Interrupts{pl011::Interrupts::all});
        break;
    case UartKind::ns16550:
        (void)memory_.read<ns16550::InterruptIdentificationRegister>();
        break;
    case UartKind::ns16550_port:
        (void)port_.read<ns16550::InterruptIdentificationRegister>();
        break;
    case UartKind::cadence:
        words_.write<cadence_uart::InterruptStatusRegister>(
            cadence_uart::Status{}.set<cadence_uart::Status::TransmitEmpty>());
        break;
    case UartKind::sifive: // pend as long as their FIFOs are empty
    case UartKind::imx:
        break;
    }
}

void Uart::print(Text text) const {
    for (const char character : text) {
        if (character == '\n') {
            while (!can_send()) {
            }
            send('\r');
        }
        while (!can_send()) {
        }
        send(character);
    }
}

} // namespace cobnut
