// SPDX-License-Identifier: BSD-2-Clause
// The boot from the first C++ to the generic boot: what the loader and ACPI say becomes a Machine.
#include "boot.hpp"

#include <arch/devices.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>

namespace arch::boot {

namespace {

using kernel::PhysAddr;
using kernel::PhysRange;
using platform::multiboot::Handover;
using platform::multiboot::Range;

KERNEL_BOOT_DATA constinit Handover handover{};
KERNEL_BOOT_DATA constinit platform::acpi::Tables tables{};
KERNEL_BOOT_DATA constinit kernel::boot::Machine machine{};

// The boot page tables' last level (see link.ld): 4 GiB in pages of 2 MiB.
struct alignas(layout::page) Directories {
    uint64_t entry[2048];
};

consteval Directories identity() {
    constexpr uint64_t present_writable_large = 0x83;
    Directories result{};
    for (uint64_t index = 0; index < 2048; ++index)
        result.entry[index] = index * layout::large_page | present_writable_large;
    return result;
}

constexpr uint64_t early_mapped = uint64_t{4} << 30;

KERNEL_BOOT void require(bool condition, const char* text) {
    if (!condition)
        kernel::fatal(text);
}

PhysRange physical(const Range& range) { return {PhysAddr{range.start}, range.size()}; }

KERNEL_BOOT void take_memory_map() {
    // Physical 0 stays out of use: its address looks like none.
    bool fits = machine.reserved.add({PhysAddr{0}, layout::page});
    for (unsigned index = 0; index < handover.usable_count; ++index)
        fits = fits && machine.ram.add(physical(handover.usable[index]));
    for (unsigned index = 0; index < handover.reserved_count; ++index) {
        const auto& entry = handover.reserved[index];
        bool firmware = entry.never_used;
        for (const PhysRange& ram : machine.ram)
            firmware = firmware || ram.overlaps(physical(entry.range));
        if (firmware)
            fits = fits && machine.reserved.add(physical(entry.range));
    }
    require(fits, "memory map: too many ranges");
    require(machine.ram.count != 0, "memory map: no RAM");
}

KERNEL_BOOT void take_devices() {
    bool fits = machine.kernel_devices.add({PhysAddr{tables.local_apic}, layout::page});
    for (unsigned index = 0; index < tables.io_apic_count; ++index)
        fits = fits &&
               machine.kernel_devices.add({PhysAddr{tables.io_apics[index].address}, layout::page});
    require(fits, "ACPI: too many devices");
}

KERNEL_BOOT void fill_machine(const Features& features) {
    take_memory_map();
    take_devices();
    machine.image = between(text_address(image_start), data_address(image_end));
    machine.discard[0] = between(text_address(image_start), text_address(boot_text_end));
    machine.discard[1] = between(data_address(boot_data_start), data_address(boot_data_end));
    machine.archive = physical(handover.archive);
    require(!machine.archive.overlaps(machine.image), "boot archive: overlaps the kernel's image");
    machine.acpi_root = PhysAddr{tables.root};
    machine.device_limit = features.physical_end;
    machine.core_count = tables.cpu_count != 0 ? tables.cpu_count : 1;
}

} // namespace

extern "C" {
KERNEL_BOOT_DATA constinit Directories boot_directories = identity();
}

extern "C" [[noreturn]] KERNEL_BOOT void boot_main(uint32_t magic, uint32_t information) {
    const Features features = check_cpu();
    const platform::Memory memory{layout::window, early_mapped};
    const char* wrong = platform::multiboot::read(memory, magic, information, handover);
    require(wrong == nullptr, wrong);
    if (handover.acpi_root == 0)
        handover.acpi_root = platform::acpi::find_root(memory);
    wrong = platform::acpi::parse(memory, handover.acpi_root, tables);
    require(wrong == nullptr, wrong);
    devices.power = platform::Acpi{tables.soft_off, tables.reset};

    fill_machine(features);
    build_page_tables(machine, features);
    set_up_core(features);
    start_devices(tables, features);
    asm volatile("mov %0, %%rsp\n call *%1" ::"r"(layout::stack_top), "r"(&kernel::boot::main),
                 "D"(&machine)
                 : "memory");
    __builtin_unreachable();
}

} // namespace arch::boot
