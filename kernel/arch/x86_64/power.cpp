// SPDX-License-Identifier: BSD-2-Clause
// Console, power-off, reset, and I/O ports by capability.
#include <arch/console.hpp>
#include <arch/devices.hpp>
#include <arch/power.hpp>

#include <platforms/drivers/uart/ns16550_port.hpp>

namespace arch {

namespace {

constexpr uint16_t com1 = 0x3f8;

} // namespace

void console_put(char character) {
    constexpr platform::Ns16550Port uart{platform::PortAccess{com1}};
    if (character == '\n')
        uart.put('\r');
    uart.put(character);
}

int console_get() {
    constexpr platform::Ns16550Port uart{platform::PortAccess{com1}};
    return uart.get();
}

bool console_listens() {
    return true;
}

bool power_off() {
    devices.power.power_off();
    return false;
}

bool reset() {
    devices.power.reset();
    return false;
}

bool io_read(kernel::Word port, kernel::Word bytes, kernel::Word& value) {
    if (port > 0x10000 || bytes > 0x10000 - port)
        return false;
    const auto number = static_cast<uint16_t>(port);
    switch (bytes) {
    case 1:
        value = in8(number);
        return true;
    case 2:
        value = in16(number);
        return true;
    case 4:
        value = in32(number);
        return true;
    default:
        return false;
    }
}

bool io_write(kernel::Word port, kernel::Word bytes, kernel::Word value) {
    if (port > 0x10000 || bytes > 0x10000 - port)
        return false;
    const auto number = static_cast<uint16_t>(port);
    switch (bytes) {
    case 1:
        out8(number, static_cast<uint8_t>(value));
        return true;
    case 2:
        out16(number, static_cast<uint16_t>(value));
        return true;
    case 4:
        out32(number, static_cast<uint32_t>(value));
        return true;
    default:
        return false;
    }
}

} // namespace arch
