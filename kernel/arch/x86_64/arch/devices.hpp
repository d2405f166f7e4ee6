// SPDX-License-Identifier: BSD-2-Clause
// The devices that the kernel itself drives on a PC.
#pragma once

#include <arch/interrupt.hpp>
#include <platforms/drivers/irqchip/apic.hpp>
#include <platforms/drivers/power/acpi.hpp>
#include <platforms/drivers/timer/lapic.hpp>

namespace arch {

struct Line {
    bool firmware_level = false; ///< As firmware says the line is wired.
    bool active_low = false;
    bool level = false;
    bool masked = true;
    bool missed = false; ///< An edge that came while masked.
};

struct Devices {
    platform::irqchip::LocalApic local;
    platform::irqchip::IoApic io_apics[platform::acpi::Tables::max_io_apics];
    platform::Lapic timer;
    platform::Acpi power;
    Line lines[max_interrupts];
    unsigned line_count = 0;
    uint8_t destination = 0; ///< APIC id that lines are routed to.
};

extern Devices devices;

} // namespace arch
