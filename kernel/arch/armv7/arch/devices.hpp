// SPDX-License-Identifier: BSD-2-Clause
// Boot: the devices that the kernel itself drives, as discovery found them.
#pragma once

#include <platforms/boot/fdt/discover.hpp>

namespace arch {

void start_console(const platform::fdt::Device& device);

/// Interrupt controller, timer and firmware interface. Null when well, else a line for the console.
const char* start_devices(const platform::fdt::Discovery& discovery);

extern uint32_t timer_frequency;

} // namespace arch
