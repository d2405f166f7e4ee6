// SPDX-License-Identifier: BSD-2-Clause
// The console's UART as a source of interrupts.
#pragma once

#include "../test.hpp"

#include <lib/uart.hpp>

namespace conformance {

inline UartType uart_type() {
    return UartType::unpacked(handover.console.type);
}

inline Uart open_uart() {
    if (uart_type().kind == UartKind::ns16550_port)
        return Uart(uart_type(), 0, IoPort(own::io_port));
    succeed("map the UART", map(own::uart_frame, place::uart, Rights::read_write(),
                                static_cast<Word>(MemoryType::device) |
                                    MapAttributes::execute_never));
    return Uart(uart_type(), place::uart, IoPort());
}

/// IrqControl's handler of an interrupt.
inline Received get_handler(Word number, Word trigger, CapIndex slot) {
    return request(own::irq_control, Method::irq_control_get, {number, trigger, slot, word_bits},
                   {own::cnode});
}

inline CapIndex get_console() {
    const CapIndex slot = slots();
    succeed("get", get_handler(handover.console.interrupt, handover.console.trigger, slot));
    return slot;
}

} // namespace conformance
