// SPDX-License-Identifier: BSD-2-Clause
// A driver: it writes a text to the UART and sleeps until the device's interrupt says that there is
// room for more. Interrupts arrive as signals of a Notification.
#include <lib/component.hpp>
#include <lib/process.hpp>
#include <lib/uart.hpp>

namespace cobnut {

namespace {

unsigned sleep_until_room(const Uart& uart, IrqHandler interrupt) {
    unsigned interrupts = 0;
    uart.set_transmit_interrupt(true);
    do {
        (void)wait(Given::notification);
        ++interrupts;
        uart.clear_interrupts();
        if (!uart.can_send())
            (void)interrupt.acknowledge();
    } while (!uart.can_send());
    uart.set_transmit_interrupt(false);
    (void)interrupt.acknowledge();
    return interrupts;
}

} // namespace

void main(Word uart_type) {
    const Uart uart(UartType::unpacked(uart_type), ProcessLayout::devices,
                    IoPort(Given::io_port));
    const IrqHandler interrupt(Given::interrupt);
    (void)interrupt.set_notification(Notification(Given::notification));
    const Text text = "This line comes from a driver in user mode, a few characters for each "
                      "interrupt of the device.\r\n";
    Word interrupts = 0;
    unsigned sent = 0;
    for (const char character : text) {
        if (sent % Uart::fifo_depth == 0 || !uart.can_send())
            interrupts += sleep_until_room(uart, interrupt);
        uart.send(character);
        ++sent;
    }
    interrupts += sleep_until_room(uart, interrupt);
    report(Word{sent}, interrupts);
}

} // namespace cobnut
