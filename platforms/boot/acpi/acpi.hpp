// SPDX-License-Identifier: BSD-2-Clause
// What the kernel reads from ACPI: local and I/O APICs, interrupt overrides, PM timer, soft-off and
// reset.
#pragma once

#include <platforms/boot/bytes.hpp>

#include <stddef.h>
#include <stdint.h>

namespace platform::acpi {

struct IoApic {
    uint64_t address;
    uint32_t first_interrupt;
};

// An ISA interrupt that is wired elsewhere, or not as edge and active high.
struct Override {
    uint8_t isa;
    uint32_t interrupt;
    bool active_low;
    bool level;
};

// Generic address structure, ACPI 6.5 section 5.2.3.2.
struct GenericAddress {
    enum class Space : uint8_t { memory = 0, port = 1, pci = 2 };
    Space space = Space::memory;
    uint64_t address = 0;
};

struct SoftOff {
    uint16_t control_a = 0; // PM1a_CNT port; 0: no soft-off
    uint16_t control_b = 0;
    uint8_t type_a = 0;
    uint8_t type_b = 0;
    uint16_t command_port = 0; // SMI_CMD, 0 when ACPI mode is always on
    uint8_t enable_command = 0;
};

struct Reset {
    bool present = false;
    bool keyboard_controller = true;
    GenericAddress address;
    uint8_t value = 0;
};

struct Tables {
    static constexpr unsigned max_cpus = 64;
    static constexpr unsigned max_io_apics = 4;
    static constexpr unsigned max_overrides = 16;

    uint64_t root = 0; // the RSDP
    uint64_t local_apic = 0;
    uint32_t cpus[max_cpus] = {}; // APIC ids
    unsigned cpu_count = 0;
    IoApic io_apics[max_io_apics] = {};
    unsigned io_apic_count = 0;
    Override overrides[max_overrides] = {};
    unsigned override_count = 0;
    uint16_t timer_port = 0; // PM timer, 3.579545 MHz
    bool timer_is_32_bit = false;
    uint64_t hpet = 0;
    SoftOff soft_off;
    Reset reset;
};

// The RSDP by the BIOS's rule (EBDA's first KiB, then 0xe0000 to 1 MiB); 0 when there is none.
uint64_t find_root(const Memory& memory);

// Fills tables from the RSDP at root. Null when well, else what is wrong, as one line for the
// console.
const char* parse(const Memory& memory, uint64_t root, Tables& tables);

} // namespace platform::acpi
