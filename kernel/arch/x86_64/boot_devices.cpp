// SPDX-License-Identifier: BSD-2-Clause
// Start of the interrupt controllers and the timer as ACPI describes them.
#include "boot.hpp"

#include <arch/devices.hpp>
#include <arch/memory.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>

namespace arch::boot {

namespace {

KERNEL_BOOT uintptr_t map_page(uint64_t address) {
    return reinterpret_cast<uintptr_t>(map_device(kernel::PhysAddr{address}, layout::page));
}

// ISA lines are edges, active high; what lies above them is PCI's: levels, active low.
KERNEL_BOOT void describe_lines(const platform::acpi::Tables& tables) {
    constexpr unsigned isa_lines = 16;
    for (unsigned number = isa_lines; number < max_interrupts; ++number)
        devices.lines[number].firmware_level = devices.lines[number].active_low = true;
    for (unsigned index = 0; index < tables.override_count; ++index) {
        const platform::acpi::Override& entry = tables.overrides[index];
        if (entry.interrupt >= max_interrupts)
            continue;
        devices.lines[entry.interrupt].firmware_level = entry.level;
        devices.lines[entry.interrupt].active_low = entry.active_low;
    }
}

} // namespace

KERNEL_BOOT void start_devices(const platform::acpi::Tables& tables, const Features& features) {
    platform::irqchip::silence_legacy_pics(layout::spurious_vector - 15);
    const uintptr_t local = features.x2apic ? 0 : map_page(tables.local_apic);
    devices.local =
        platform::irqchip::LocalApic::start(local, features.x2apic, layout::spurious_vector);
    devices.destination = static_cast<uint8_t>(devices.local.id());
    describe_lines(tables);
    for (unsigned index = 0; index < tables.io_apic_count; ++index) {
        const platform::acpi::IoApic& chip = tables.io_apics[index];
        devices.io_apics[index] =
            platform::irqchip::IoApic{map_page(chip.address), chip.first_interrupt};
        const uint64_t end = uint64_t{chip.first_interrupt} + devices.io_apics[index].count();
        const unsigned last = end < max_interrupts ? static_cast<unsigned>(end) : max_interrupts;
        devices.line_count = last > devices.line_count ? last : devices.line_count;
    }
    devices.timer = platform::Lapic::start(devices.local, {tables.timer_port},
                                           features.deadline_timer, layout::timer_vector);
    if (devices.timer.frequency() == 0)
        kernel::fatal("timer: neither the PM timer nor the PIT counts");
}

} // namespace arch::boot
