// SPDX-License-Identifier: BSD-2-Clause
// The drivers that the device tree called for.
#pragma once

#include <board.gen.hpp>
#include <platforms/console.hpp>
#include <platforms/one_of.hpp>

namespace arch {

struct MachineDrivers {
    platform::Console<board::Consoles> console;
    platform::OneOf<board::InterruptControllers> interrupt_controller;
    platform::OneOf<board::PowerControllers> power;
    unsigned timer_number = 0;
};

extern MachineDrivers machine;

} // namespace arch
