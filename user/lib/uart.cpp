// SPDX-License-Identifier: BSD-2-Clause
// PL011, SiFive and 16550 as firmware left them: baud rate and format are not touched.

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
    case UartKind::sifive: // pends as long as its FIFO is empty
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
