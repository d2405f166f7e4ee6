// SPDX-License-Identifier: BSD-2-Clause
// What the parts of the boot tell each other.
#pragma once

#include <arch/layout.hpp>
#include <platforms/boot/fdt/discover.hpp>

namespace arch {

extern Table kernel_image_blocks;

/// Pages for the stack and the Cpu, and room for device registers.
void map_small_pages();
/// All RAM that may be touched, at its place in the window. Null when well.
const char* map_window(const kernel::boot::Machine& machine);
/// Forgets the mapping of the blob where the firmware left it.
void unmap_device_tree();

/// The board's own where a driver takes it; else the firmware's stays.
void start_console(platform::fdt::Discovery& discovery);
/// Interrupt controller and timer of this hart. Null when well.
const char* start_devices(platform::fdt::Discovery& discovery, uint64_t hart);

} // namespace arch
