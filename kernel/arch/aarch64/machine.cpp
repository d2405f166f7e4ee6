// SPDX-License-Identifier: BSD-2-Clause
// Console and power control by the drivers of the board.
#include <arch/console.hpp>
#include <arch/machine.hpp>
#include <arch/power.hpp>

namespace arch {

constinit MachineDrivers machine{};

void console_put(char character) {
    if (character == '\n')
        machine.console.put('\r');
    machine.console.put(character);
}

int console_get() {
    return machine.console.get();
}

bool console_listens() {
    return machine.console.selected();
}

bool power_off() {
    machine.power.visit([](const auto& driver) { driver.power_off(); });
    return false;
}

bool reset() {
    machine.power.visit([](const auto& driver) { driver.reset(); });
    return false;
}

bool suspend() {
    bool slept = false;
    machine.power.visit([&](const auto& driver) { slept = driver.suspend(); });
    return slept;
}

} // namespace arch
