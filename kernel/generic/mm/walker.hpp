// SPDX-License-Identifier: BSD-2-Clause
// The walk through page tables, the same for every format.
#pragma once

#include <generic/base/types.hpp>
#include <generic/mm/page_attributes.hpp>

namespace kernel::mm {

/// `Memory::table(PhysAddr)` gives a pointer to the entries of a table, `Memory::write(Entry*,
/// Entry)` stores one so that the hardware walker sees the old or the new one.
template <class Format, class Memory>
struct Walker {
    using Entry = typename Format::Entry;

    struct Position {
        Entry* entry = nullptr;
        unsigned level = 0;
    };

    [[gnu::always_inline]] static unsigned index(unsigned level, VirtAddr address) {
        const auto& geometry = Format::level[level];
        return static_cast<unsigned>((address.raw() >> geometry.shift) &
                                     ((Word{1} << geometry.index_bits) - 1));
    }

    /// Down from the root to `last` (a level), or to the entry above it that is no table.
    [[gnu::noinline]] static Position find(PhysAddr root, VirtAddr address, unsigned last) {
        PhysAddr table = root;
        for (unsigned level = 0;; ++level) {
            Entry* entry = Memory::table(table) + index(level, address);
            if (level == last || Format::kind(level, *entry) != EntryKind::table)
                return {entry, level};
            table = Format::address(level, *entry);
        }
    }

    /// The entry of the last level; null if a table is not there.
    static Entry* find_page(PhysAddr root, VirtAddr address) {
        return page_entry_from<0>(root, address);
    }

    /// The same without a call.
    [[gnu::always_inline]] static Entry* find_page_here(PhysAddr root, VirtAddr address) {
        return page_entry_from<0>(root, address);
    }

    /// The entry that points at `target`, on the way to `address`; entry is null if there is none.
    static Position find_table(PhysAddr root, VirtAddr address, PhysAddr target) {
        PhysAddr table = root;
        for (unsigned level = 0; level + 1 < Format::levels; ++level) {
            Entry* entry = Memory::table(table) + index(level, address);
            if (Format::kind(level, *entry) != EntryKind::table)
                break;
            table = Format::address(level, *entry);
            if (table == target)
                return {entry, level};
        }
        return {};
    }

    /// The level whose leaves are 2^bits bytes; Format::levels if none.
    static constexpr unsigned leaf_level(unsigned bits) {
        for (unsigned level = 0; level < Format::levels; ++level)
            if (Format::level[level].leaf && Format::level[level].shift == bits)
                return level;
        return Format::levels;
    }

private:
    /// A step for each level, whose geometry is constant so.
    template <unsigned level>
    [[gnu::always_inline]] static Entry* page_entry_from(PhysAddr table, VirtAddr address) {
        Entry* entry = Memory::table(table) + index(level, address);
        if (entry == nullptr)
            __builtin_unreachable();
        if constexpr (level + 1 < Format::levels) {
            const Entry next = *entry;
            if (Format::kind(level, next) != EntryKind::table) [[unlikely]]
                return nullptr;
            return page_entry_from<level + 1>(Format::address(level, next), address);
        }
        return entry;
    }
};

} // namespace kernel::mm
