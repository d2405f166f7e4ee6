// SPDX-License-Identifier: BSD-2-Clause
// Boot: the devices that the kernel itself drives, as discovery found them.
#pragma once

#include <platforms/boot/fdt/discover.hpp>

namespace arch {

void start_console(const platform::fdt::Device& device);

/// After find_power().
void start_power(const platform::fdt::Discovery& discovery);

/// Interrupt controller and timer. Null when well, else a line for the console.
const char* start_devices(const platform::fdt::Discovery& discovery);

extern uint32_t timer_frequency;

} // namespace arch
