// SPDX-License-Identifier: BSD-2-Clause
// The kernel's page tables: image, stack and Cpu, devices, and the window over all RAM.
#include "boot.hpp"

#include <arch/address_space.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>
#include <generic/object/cpu.hpp>

namespace arch {

constinit AddressSpaces address_spaces{};

namespace {

using kernel::PhysAddr;
using kernel::PhysRange;
using Entry = PageFormat::Entry;

constexpr unsigned entries = 512;

struct alignas(layout::page) Table {
    Entry entry[entries];
};

// Kernel half: window tables in the middle, image tables at the end.
constinit Table root{};
constinit Table window_tables{};
constinit Table image_tables{};
constinit Table text_table{};
constinit Table data_table{};
constinit Table small_table{};

struct alignas(layout::page) CorePages {
    char stack[layout::stack_size];
    char cpu[layout::cpu_size];
};
constinit CorePages core_pages{};
static_assert(sizeof(kernel::Cpu) <= layout::cpu_size);

// What is global outlasts a change of the root (SDM volume 3, 4.10.2.4).
constexpr PageEntry kernel_read_write =
    PageEntry{}
        .set<PageEntry::Present, PageEntry::Writable, PageEntry::Accessed, PageEntry::Dirty,
             PageEntry::NoExecute>()
        .with<PageEntry::Global>(!entry_area::isolated);
constexpr PageEntry kernel_execute = PageEntry{}
                                         .set<PageEntry::Present, PageEntry::Accessed>()
                                         .with<PageEntry::Global>(!entry_area::isolated);

constexpr unsigned index_of(uint64_t address, unsigned shift) {
    return static_cast<unsigned>(address >> shift) % entries;
}

Entry kernel_table(PhysAddr address) {
    return PageEntry{address.raw()}
        .set<PageEntry::Present, PageEntry::Writable, PageEntry::Accessed>()
        .raw();
}

constinit unsigned next_device_page = 0;

} // namespace

KERNEL_BOOT void* map_device(PhysAddr address, size_t size) {
    const uint64_t start = kernel::align_down(address.raw(), layout::page);
    const uint64_t end = kernel::align_up(address.raw() + size, layout::page);
    const uint64_t place = layout::devices + next_device_page * layout::page;
    for (uint64_t page = start; page < end; page += layout::page) {
        if (next_device_page == layout::device_pages)
            kernel::fatal("too many device registers to map");
        const unsigned index = index_of(layout::devices, 12) + next_device_page++;
        small_table.entry[index] = PageEntry{kernel_read_write.raw() | page}
                                       .with<PageEntry::Type>(cobnut::MemoryType::device)
                                       .raw();
    }
    return reinterpret_cast<void*>(place + (address.raw() - start));
}

namespace boot {

namespace {

// Pages for the window's tables, taken from RAM.
struct Pool {
    PhysRange range;
    uint64_t used = 0;
};
KERNEL_BOOT_DATA constinit Pool pool{};

KERNEL_BOOT PhysAddr new_table() {
    if (pool.used == pool.range.size)
        kernel::fatal("too little memory set aside for the kernel's page tables");
    const PhysAddr page = pool.range.begin + pool.used;
    pool.used += layout::page;
    clear_memory(to_virtual(page), layout::page);
    return page;
}

KERNEL_BOOT Table& next_table(Entry& entry) {
    if (entry == 0)
        entry = kernel_table(new_table());
    return *static_cast<Table*>(to_virtual(PageFormat::address(0, entry)));
}

// At most two partly filled tables on each level per range, and a full level where pages are small.
KERNEL_BOOT uint64_t tables_needed(const kernel::boot::Machine& machine, const Features& features) {
    uint64_t count = 0;
    for (const PhysRange& ram : machine.ram) {
        count += 6;
        if (!features.huge_pages)
            count += ram.size / layout::huge_page;
    }
    return count;
}

KERNEL_BOOT const PhysRange* obstacle(const kernel::boot::Machine& machine,
                                      const PhysRange& range) {
    if (machine.image.overlaps(range))
        return &machine.image;
    if (machine.archive.overlaps(range))
        return &machine.archive;
    for (const PhysRange& reserved : machine.reserved) {
        if (reserved.overlaps(range))
            return &reserved;
    }
    return nullptr;
}

// The highest free place below the end of what the boot tables map.
KERNEL_BOOT bool find_pool(const kernel::boot::Machine& machine, uint64_t size) {
    constexpr uint64_t low_memory = 1 << 20, limit = uint64_t{4} << 30;
    for (const PhysRange& ram : machine.ram) {
        uint64_t end = ram.end().raw() < limit ? ram.end().raw() : limit;
        const uint64_t begin = ram.begin.raw() < low_memory ? low_memory : ram.begin.raw();
        while (end >= begin + size + layout::page) {
            const PhysRange place{PhysAddr{kernel::align_down(end - size, layout::page)}, size};
            const PhysRange* other = obstacle(machine, place);
            if (other == nullptr) {
                pool.range = place;
                return true;
            }
            end = other->begin.raw();
        }
    }
    return false;
}

KERNEL_BOOT void map_window(const PhysRange& range, bool huge_pages) {
    uint64_t at = kernel::align_up(range.begin.raw(), layout::page);
    const uint64_t end = kernel::align_down(range.end().raw(), layout::page);
    const auto fits = [&](uint64_t size) {
        return kernel::is_aligned(at, size) && end - at >= size;
    };
    while (at < end) {
        const Entry large = PageEntry{kernel_read_write.raw() | at}.set<PageEntry::Large>().raw();
        Entry& top = root.entry[index_of(layout::window + at, 39)];
        Entry& second = next_table(top).entry[index_of(at, 30)];
        if (huge_pages && fits(layout::huge_page)) {
            second = large;
            at += layout::huge_page;
            continue;
        }
        Entry& third = next_table(second).entry[index_of(at, 21)];
        if (fits(layout::large_page)) {
            third = large;
            at += layout::large_page;
            continue;
        }
        next_table(third).entry[index_of(at, 12)] = kernel_read_write.raw() | at;
        at += layout::page;
    }
}

KERNEL_BOOT void map_image() {
    const uint64_t physical =
        kernel::align_down(text_address(image_start).raw(), layout::large_page);
    const PageEntry large = PageEntry{physical}.set<PageEntry::Large>();
    root.entry[index_of(layout::image_text, 39)] = kernel_table(data_address(&image_tables));
    image_tables.entry[index_of(layout::image_text, 30)] = kernel_table(data_address(&text_table));
    image_tables.entry[index_of(layout::image_data, 30)] = kernel_table(data_address(&data_table));
    text_table.entry[index_of(physical, 21)] = large.raw() | kernel_execute.raw();
    data_table.entry[index_of(physical, 21)] = large.raw() | kernel_read_write.raw();
    data_table.entry[index_of(layout::small_pages, 21)] = kernel_table(data_address(&small_table));

    // The page below the stack stays empty.
    const unsigned first = index_of(layout::stack_top - layout::stack_size, 12);
    for (unsigned page = 0; page < sizeof core_pages / layout::page; ++page)
        small_table.entry[first + page] =
            kernel_read_write.raw() | (data_address(&core_pages) + page * layout::page).raw();
}

} // namespace

KERNEL_BOOT void build_page_tables(kernel::boot::Machine& machine, const Features& features) {
    const uint64_t size = tables_needed(machine, features) * layout::page;
    if (!find_pool(machine, size))
        kernel::fatal("too little memory: no room for the kernel's page tables");

    root.entry[index_of(layout::window, 39)] = kernel_table(data_address(&window_tables));
    uint64_t end = 0;
    for (PhysRange& ram : machine.ram.item) {
        if (ram.begin.raw() >= layout::window_size)
            ram.size = 0;
        else if (ram.end().raw() > layout::window_size)
            ram.size = layout::window_size - ram.begin.raw();
        map_window(ram, features.huge_pages);
        end = ram.end().raw() > end ? ram.end().raw() : end;
    }
    machine.window = {PhysAddr{0}, end};
    map_image();
    pool.range.size = pool.used;
    if (!machine.reserved.add(pool.range))
        kernel::fatal("memory map: too many ranges");

    const uint64_t kernel_root = data_address(&root).raw();
    address_spaces.empty_root = entry_area::build(kernel_root, features.identifiers ? keep_translations : 0,
                                                  small_table.entry[index_of(layout::entry_page, 12)]);
    write_msr(Msr::pat, page_attribute_table);
    write_control<3>(kernel_root);
    address_spaces.huge_pages = features.huge_pages;
    address_spaces.asids = features.identifiers ? entry_area::space_identifiers : 1;
}

} // namespace boot

} // namespace arch
