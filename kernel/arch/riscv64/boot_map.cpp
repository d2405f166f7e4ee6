// SPDX-License-Identifier: BSD-2-Clause
// The kernel's mappings beyond the image: stack and Cpu, device registers, all RAM.
#include <arch/boot.hpp>
#include <arch/memory.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>
#include <generic/object/cpu.hpp>

namespace arch {

namespace {

[[gnu::section(".data.tables")]] constinit Table small_table{};

constexpr unsigned window_table_count = 8;
[[gnu::section(".bss.pages")]] constinit Table window_tables[window_table_count]{};
constinit unsigned window_tables_used = 0;

struct alignas(page_size) StackPages {
    char byte[(stack_pages + 1) * page_size];
};
[[gnu::section(".bss.pages")]] constinit StackPages stack{};
static_assert(cpu_address + sizeof(kernel::Cpu) <= cpu_page + page_size);
static_assert(cpu_address % alignof(kernel::Cpu) == 0);

constinit uint64_t next_device = device_pages;

KERNEL_BOOT void fence_all() { asm volatile("sfence.vma" ::: "memory"); }

/// A block that is partly RAM is mapped; one that is all the firmware's is not.
KERNEL_BOOT bool is_needed(const kernel::boot::Machine& machine, kernel::PhysRange block) {
    bool needed = false;
    for (const kernel::PhysRange& bank : machine.ram)
        needed = needed || bank.overlaps(block);
    for (const kernel::PhysRange& hole : machine.reserved)
        needed = needed && !hole.contains(block);
    return needed;
}

KERNEL_BOOT bool is_plain_ram(const kernel::boot::Machine& machine, kernel::PhysRange range) {
    bool inside = false;
    for (const kernel::PhysRange& bank : machine.ram)
        inside = inside || bank.contains(range);
    for (const kernel::PhysRange& hole : machine.reserved)
        inside = inside && !hole.overlaps(range);
    return inside;
}

KERNEL_BOOT const char* map_blocks(const kernel::boot::Machine& machine, uint64_t base) {
    uint64_t* const slot = &kernel_root.entry[root_index(window_start + base)];
    Table* table = nullptr;
    for (uint64_t block = base; block < base + giga_page_size; block += block_size) {
        if (!is_needed(machine, {kernel::PhysAddr{block}, block_size}))
            continue;
        if (table == nullptr) {
            if (window_tables_used == window_table_count)
                return "the RAM lies in too many pieces";
            table = &window_tables[window_tables_used++];
            *slot = table_entry(physical_of_data(table));
        }
        table->entry[block_index(block)] = data_leaf(block);
    }
    return nullptr;
}

} // namespace

KERNEL_BOOT void map_small_pages() {
    kernel_image_blocks.entry[block_index(small_pages)] =
        table_entry(physical_of_data(&small_table));
    for (uint64_t offset = 0; offset < sizeof stack; offset += page_size)
        small_table.entry[page_index(stack_bottom + offset)] =
            data_leaf(physical_of_data(&stack) + offset);
    fence_all();
}

KERNEL_BOOT const char* map_window(const kernel::boot::Machine& machine) {
    uint64_t end = 0;
    for (const kernel::PhysRange& bank : machine.ram)
        end = bank.end().raw() > end ? bank.end().raw() : end;
    end = end < window_size ? end : window_size;
    for (uint64_t base = 0; base < end; base += giga_page_size) {
        if (is_plain_ram(machine, {kernel::PhysAddr{base}, giga_page_size}))
            kernel_root.entry[root_index(window_start + base)] = data_leaf(base);
        else if (const char* error = map_blocks(machine, base))
            return error;
    }
    fence_all();
    return nullptr;
}

KERNEL_BOOT void unmap_device_tree() {
    for (uint64_t n = 0; n < device_tree_blocks; ++n)
        kernel_image_blocks.entry[block_index(device_tree_window) + n] = 0;
    fence_all();
}

KERNEL_BOOT void* map_device(kernel::PhysAddr begin, size_t size) {
    const uint64_t first = kernel::align_down(begin.raw(), page_size);
    const uint64_t end = kernel::align_up(begin.raw() + size, page_size);
    if (size == 0 || end - first > device_pages_end - next_device)
        kernel::fatal("device registers do not fit the kernel's map (address, size)", begin.raw(),
                      size);
    const uint64_t address = next_device + (begin.raw() - first);
    for (uint64_t page = first; page < end; page += page_size, next_device += page_size)
        small_table.entry[page_index(next_device)] = data_leaf(page);
    fence_all();
    return reinterpret_cast<void*>(address);
}

} // namespace arch
