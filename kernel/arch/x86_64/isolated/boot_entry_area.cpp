// SPDX-License-Identifier: BSD-2-Clause
// The tables of what a user's root maps of the kernel.
#include "../boot.hpp"

#include <arch/address_space.hpp>
#include <generic/base/attributes.hpp>

namespace arch::entry_area {

namespace {

using kernel::PhysAddr;

struct alignas(layout::page) Table {
    uint64_t entry[512];
};

constinit Table empty_root{};
constinit Table halves{}; // the last two GiB: text, data
constinit Table text_directory{};
constinit Table data_directory{};
constinit Table text_pages{};
constinit Table data_pages{};
constinit Table core_table{};

struct alignas(layout::page) CorePage {
    char stack[layout::page - sizeof(Roots)];
    Roots roots;
};
constinit CorePage core_pages{};

extern "C" char entry_text_start[], entry_text_end[], entry_data_start[], entry_data_end[];

constexpr PageEntry read_execute = PageEntry{}.set<PageEntry::Present, PageEntry::Accessed>();
constexpr PageEntry read_write =
    PageEntry{}
        .set<PageEntry::Present, PageEntry::Writable, PageEntry::Accessed, PageEntry::Dirty,
             PageEntry::NoExecute>();

KERNEL_BOOT uint64_t& entry_at(Table& table, const void* address, unsigned shift) {
    return table.entry[reinterpret_cast<uint64_t>(address) >> shift & 511];
}

KERNEL_BOOT uint64_t table(const Table& lower) {
    return PageEntry{boot::data_address(&lower).raw()}
        .set<PageEntry::Present, PageEntry::Writable, PageEntry::Accessed>()
        .raw();
}

KERNEL_BOOT void map(Table& pages, const char* begin, const char* end, PhysAddr physical, PageEntry rights) {
    for (const char* page = begin; page < end; page += layout::page)
        entry_at(pages, page, 12) = rights.raw() | (physical + static_cast<uint64_t>(page - begin)).raw();
}

} // namespace

KERNEL_BOOT uint64_t build(uint64_t kernel_root, uint64_t keep, uint64_t& place) {
    entry_at(empty_root, entry_text_start, 39) = table(halves);
    entry_at(halves, entry_text_start, 30) = table(text_directory);
    entry_at(text_directory, entry_text_start, 21) = table(text_pages);
    map(text_pages, entry_text_start, entry_text_end, boot::text_address(entry_text_start), read_execute);

    entry_at(halves, entry_data_start, 30) = table(data_directory);
    entry_at(data_directory, entry_data_start, 21) = table(data_pages);
    map(data_pages, entry_data_start, entry_data_end, boot::data_address(entry_data_start), read_write);

    const auto* core = reinterpret_cast<const char*>(layout::entry_page);
    entry_at(data_directory, core, 21) = table(core_table);
    map(core_table, core, core + layout::page, boot::data_address(&core_pages), read_write);
    place = entry_at(core_table, core, 12);

    const uint64_t user_root = boot::data_address(&empty_root).raw();
    core_pages.roots = {.kernel = kernel_root | keep, .user = user_root};
    return user_root;
}

} // namespace arch::entry_area
