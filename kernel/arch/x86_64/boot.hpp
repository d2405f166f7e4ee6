// SPDX-License-Identifier: BSD-2-Clause
// The steps of the boot on x86-64.
#pragma once

#include <arch/layout.hpp>
#include <generic/boot/machine.hpp>
#include <platforms/boot/acpi/acpi.hpp>
#include <platforms/boot/multiboot/handover.hpp>

namespace arch::boot {

// What the CPU has, of what is not simply required.
struct Features {
    bool x2apic;
    bool deadline_timer;
    bool identifiers; ///< PCID and INVPCID
    bool huge_pages;  ///< 1 GiB
    bool umip;
    bool xsave;
    uint64_t physical_end;
};

// Stops with a line that names what is missing.
Features check_cpu();

// Addresses that the linker made, as physical ones.
extern "C" char image_start[], boot_text_end[], boot_data_start[], boot_data_end[], image_end[];

inline kernel::PhysAddr text_address(const char* symbol) {
    return kernel::PhysAddr{reinterpret_cast<uint64_t>(symbol) - layout::image_text};
}

inline kernel::PhysAddr data_address(const void* symbol) {
    return kernel::PhysAddr{reinterpret_cast<uint64_t>(symbol) - layout::image_data};
}

inline kernel::PhysRange between(kernel::PhysAddr begin, kernel::PhysAddr end) {
    return {begin, end - begin};
}

// Builds the kernel's final page tables from pages that it takes from RAM (and reserves in
// machine), and switches to them.
void build_page_tables(kernel::boot::Machine& machine, const Features& features);

// Control registers, descriptor tables, system-call entry, FPU.
void set_up_core(const Features& features);

// Interrupt controllers and timer.
void start_devices(const platform::acpi::Tables& tables, const Features& features);

} // namespace arch::boot
