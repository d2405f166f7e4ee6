// SPDX-License-Identifier: BSD-2-Clause
// Where the kernel's half of a Sv39 address space has what, and the tables that describe it.
#pragma once

#include <cobnut/register.hpp>
#include <generic/base/types.hpp>

namespace arch {

constexpr uint64_t page_size = 4096;
constexpr uint64_t block_size = uint64_t{2} << 20;
constexpr uint64_t giga_page_size = uint64_t{1} << 30;

constexpr uint64_t window_start = 0xffffffc000000000; ///< All RAM, at its own physical address.
constexpr uint64_t window_size = uint64_t{128} << 30;
constexpr uint64_t image_text = 0xffffffff80000000; ///< link.ld has it too.
constexpr uint64_t image_data_offset = 0x1000000;   ///< link.ld has it too.
constexpr uint64_t small_pages = image_text + (uint64_t{32} << 20);
constexpr uint64_t device_tree_window = image_text + (uint64_t{64} << 20);
constexpr uint64_t device_tree_blocks = 2; ///< A blob has at most 2 MiB, anywhere in a page.

// Pages of small_pages: nothing, the stack, the Cpu above it, devices.
constexpr uint64_t stack_pages = 2;
constexpr uint64_t stack_bottom = small_pages + page_size;
constexpr uint64_t cpu_page = stack_bottom + stack_pages * page_size;
/// Not at the page's begin: there lie too many other hot lines of the same cache set.
constexpr uint64_t cpu_address = cpu_page + 0x680;
constexpr uint64_t device_pages = cpu_page + page_size;
constexpr uint64_t device_pages_end = small_pages + block_size;

struct alignas(page_size) Table {
    uint64_t entry[512];
};

constexpr unsigned root_index(uint64_t address) { return address >> 30 & 511; }
constexpr unsigned block_index(uint64_t address) { return address >> 21 & 511; }
constexpr unsigned page_index(uint64_t address) { return address >> 12 & 511; }

/// Page table entry of Sv39 (Privileged Architecture 4.4.1).
struct TableEntry : cobnut::reg::Word<TableEntry> {
    using Word::Word;
    using Valid = cobnut::reg::Flag<0>;
    using Read = cobnut::reg::Flag<1>;
    using Write = cobnut::reg::Flag<2>;
    using Execute = cobnut::reg::Flag<3>;
    using User = cobnut::reg::Flag<4>;
    using Global = cobnut::reg::Flag<5>;
    using Accessed = cobnut::reg::Flag<6>;
    using Dirty = cobnut::reg::Flag<7>;
    using Software = cobnut::reg::Field<9, 8, uint8_t>;
    using PageNumber = cobnut::reg::Field<53, 10>;

    static_assert(cobnut::reg::disjoint<Valid, Read, Write, Execute, User, Global, Accessed, Dirty,
                                        Software, PageNumber>);

    [[nodiscard]] constexpr kernel::PhysAddr address() const {
        return kernel::PhysAddr{get<PageNumber>() << 12};
    }
};

constexpr uint64_t table_entry(uint64_t table) {
    return TableEntry{}.set<TableEntry::Valid>().with<TableEntry::PageNumber>(table >> 12).raw();
}

/// A and D are preset: hardware need not be able to write them (4.3.1), and nobody reads them.
constexpr TableEntry kernel_leaf(uint64_t address) {
    using E = TableEntry;
    return E{}.set<E::Valid, E::Read, E::Global, E::Accessed, E::Dirty>().with<E::PageNumber>(
        address >> 12);
}
constexpr uint64_t constant_leaf(uint64_t address) { return kernel_leaf(address).raw(); }
constexpr uint64_t text_leaf(uint64_t address) {
    return kernel_leaf(address).set<TableEntry::Execute>().raw();
}
constexpr uint64_t data_leaf(uint64_t address) {
    return kernel_leaf(address).set<TableEntry::Write>().raw();
}

extern Table kernel_root;
/// To be added to the linked address of data.
extern uint64_t data_to_physical;

inline uint64_t physical_of_data(const void* object) {
    return reinterpret_cast<uint64_t>(object) + data_to_physical;
}

} // namespace arch
