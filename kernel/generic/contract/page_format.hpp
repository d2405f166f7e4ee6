// SPDX-License-Identifier: BSD-2-Clause
// Contract: geometry and entries of the ISA's page tables. Pure, compiles on the host too.
#pragma once

#include <arch/page_format.hpp>

#include <generic/mm/page_attributes.hpp>

#include <concepts>

namespace contract {

/// F::level[0] is the root. F::level[i].shift: address bits below this level's index; index_bits:
/// entries are 2^index_bits; leaf: an entry may map memory; group_bits: 2^group_bits adjacent,
/// aligned leaves may be marked as one large page (0: none). Tables are 4 KiB, aligned.
/// F::user_end: first virtual address that users cannot map.
/// F::Entry: integer; 0 is an entry that translates nothing.
template <class F>
concept PageFormat = requires(typename F::Entry e, unsigned level, kernel::PhysAddr p,
                              kernel::mm::PageAttributes a) {
    { F::levels } -> std::convertible_to<unsigned>;
    { F::level[level].shift } -> std::convertible_to<unsigned>;
    { F::level[level].index_bits } -> std::convertible_to<unsigned>;
    { F::level[level].leaf } -> std::convertible_to<bool>;
    { F::level[level].group_bits } -> std::convertible_to<unsigned>;
    { F::user_end } -> std::convertible_to<kernel::Word>;
    { F::leaf(level, p, a, bool{}) } noexcept -> std::same_as<typename F::Entry>;
    { F::grouped(e) } noexcept -> std::same_as<bool>;
    { F::table(level, p) } noexcept -> std::same_as<typename F::Entry>;
    { F::kind(level, e) } noexcept -> std::same_as<kernel::mm::EntryKind>;
    { F::address(level, e) } noexcept -> std::same_as<kernel::PhysAddr>;
    { F::attributes(level, e) } noexcept -> std::same_as<kernel::mm::PageAttributes>;
};

static_assert(PageFormat<arch::PageFormat>);

/// What is encoded must decode to the same, for every level and all attributes.
template <PageFormat F>
consteval bool round_trips() {
    for (unsigned level = 0; level < F::levels; ++level) {
        const kernel::PhysAddr address{uint64_t{1} << F::level[level].shift};
        if (level + 1 < F::levels) {
            const kernel::PhysAddr table{0x5000};
            if (F::kind(level, F::table(level, table)) != kernel::mm::EntryKind::table ||
                F::address(level, F::table(level, table)) != table)
                return false;
        }
        if (!F::level[level].leaf)
            continue;
        const bool groups = F::level[level].group_bits != 0;
        for (unsigned bits = 0; bits < (groups ? 24 : 12); ++bits) {
            const kernel::mm::PageAttributes a((bits & 1) != 0, (bits & 2) != 0,
                                               static_cast<cobnut::MemoryType>((bits >> 2) % 3));
            const bool grouped = bits >= 12;
            const auto entry = F::leaf(level, address, a, grouped);
            if (F::kind(level, entry) != kernel::mm::EntryKind::leaf ||
                F::address(level, entry) != address || !(F::attributes(level, entry) == a) ||
                F::grouped(entry) != grouped)
                return false;
        }
    }
    return F::kind(0, 0) == kernel::mm::EntryKind::invalid;
}

static_assert(round_trips<arch::PageFormat>());

} // namespace contract
