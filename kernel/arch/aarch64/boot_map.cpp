// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own mappings beyond its image: window, device registers, stacks.
#include <arch/kernel_map.hpp>
#include <arch/layout.hpp>
#include <arch/memory.hpp>

#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>

#include <initializer_list>

namespace arch {

KERNEL_BOOT_DATA constinit uint64_t image_data_delta = 0;

namespace {

constexpr unsigned pool_size = 24;
// The first is loaded with the image: device registers are mapped before .bss may be written.
[[gnu::section(".data.tables")]] constinit TableArray first_table{};
[[gnu::section(".bss.pages")]] constinit TableArray pool[pool_size]{};
KERNEL_BOOT_DATA constinit unsigned tables_used = 0;
KERNEL_BOOT_DATA constinit uint64_t next_device = device_window;

// Kernel tables lie in the image, whose data differs from its physical place by a constant.
KERNEL_BOOT uint64_t physical(const TableArray* table) {
    return reinterpret_cast<uint64_t>(table) - image_data_delta;
}

KERNEL_BOOT TableArray* table_at(uint64_t entry) {
    return reinterpret_cast<TableArray*>((entry & 0xfffffffff000) + image_data_delta);
}

KERNEL_BOOT TableArray* new_table() {
    if (tables_used == 0) {
        tables_used = 1;
        return &first_table;
    }
    if (tables_used > pool_size)
        kernel::fatal("boot: memory is in too many pieces for the kernel's page tables");
    return &pool[tables_used++ - 1];
}

KERNEL_BOOT uint64_t* entry_for(uint64_t address, unsigned shift) {
    TableArray* table = &kernel_root;
    for (unsigned level_shift = 39; level_shift > shift; level_shift -= 9) {
        uint64_t& entry = table->entry[address >> level_shift & 511];
        if (entry == 0)
            entry = physical(new_table()) | descriptor_table;
        if ((entry & 3) != descriptor_table)
            kernel::fatal("boot: memory regions of the device tree overlap", address);
        table = table_at(entry);
    }
    return &table->entry[address >> shift & 511];
}

KERNEL_BOOT unsigned largest_page(uint64_t address, uint64_t begin, uint64_t size) {
    for (const unsigned shift : {30u, 21u}) {
        const uint64_t bytes = uint64_t{1} << shift;
        if (((address | begin) & (bytes - 1)) == 0 && size >= bytes)
            return shift;
    }
    return 12;
}

} // namespace

KERNEL_BOOT void map_range(uint64_t address, uint64_t begin, uint64_t end, uint64_t attributes) {
    while (begin < end) {
        const unsigned shift = largest_page(address, begin, end - begin);
        uint64_t* entry = entry_for(address, shift);
        if (*entry != 0)
            kernel::fatal("boot: memory regions of the device tree overlap", begin);
        *entry = begin | attributes | (shift == 12 ? descriptor_page : descriptor_block);
        address += uint64_t{1} << shift;
        begin += uint64_t{1} << shift;
    }
    asm volatile("dsb ishst\n\tisb" ::: "memory");
}

KERNEL_BOOT void map_window(const kernel::boot::Machine& machine,
                            const kernel::boot::RangeList<32>& leave_out) {
    for (const kernel::PhysRange& ram : machine.ram) {
        uint64_t begin = kernel::align_up(ram.begin.raw(), page_size);
        const uint64_t window_end = machine.window.end().raw();
        const uint64_t ram_end = kernel::align_down(ram.end().raw(), page_size);
        const uint64_t end = ram_end < window_end ? ram_end : window_end;
        while (begin < end) {
            uint64_t stop = end, next = end;
            for (const kernel::PhysRange& hole : leave_out) {
                const uint64_t hole_begin = kernel::align_down(hole.begin.raw(), page_size);
                const uint64_t hole_end = kernel::align_up(hole.end().raw(), page_size);
                if (hole_end > begin && hole_begin < stop) {
                    stop = hole_begin > begin ? hole_begin : begin;
                    next = hole_end;
                }
            }
            map_range(window_start + begin, begin, stop, normal_memory | never_execute);
            begin = next;
        }
    }
}

KERNEL_BOOT void* map_device(kernel::PhysAddr begin, size_t size) {
    const uint64_t first = kernel::align_down(begin.raw(), page_size);
    const uint64_t end = kernel::align_up(begin.raw() + size, page_size);
    const uint64_t address = next_device;
    if (end - first > device_window + device_window_size - address)
        kernel::fatal("boot: no room to map device registers at", begin.raw());
    next_device += end - first;
    map_range(address, first, end, device_memory | never_execute);
    return reinterpret_cast<void*>(address + (begin.raw() - first));
}

} // namespace arch
