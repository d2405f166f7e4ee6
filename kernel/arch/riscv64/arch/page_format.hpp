// SPDX-License-Identifier: BSD-2-Clause
// Sv39: three levels of 4 KiB tables, pages of 4 KiB, 2 MiB, 1 GiB (Privileged Architecture 4.4).
#pragma once

#include <arch/layout.hpp>
#include <generic/mm/page_attributes.hpp>

namespace arch {

/// The memory type is noted in the bits that hardware leaves to software: without Svpbmt it is a
/// matter of the physical address alone.
struct PageFormat {
    using Entry = uint64_t;
    using Attributes = kernel::mm::PageAttributes;
    using Kind = kernel::mm::EntryKind;

    struct Level {
        unsigned shift;
        unsigned index_bits;
        bool leaf;
        unsigned group_bits;
    };
    static constexpr unsigned levels = 3;
    static constexpr Level level[levels] = {
        {30, 9, true, 0}, {21, 9, true, 0}, {12, 9, true, 0}};
    static constexpr kernel::Word user_end = kernel::Word{1} << 38;

    static constexpr Entry leaf(unsigned, kernel::PhysAddr address, Attributes a,
                                bool = false) noexcept {
        using E = TableEntry;
        return E{}
            .set<E::Valid, E::Read, E::User, E::Accessed, E::Dirty>()
            .with<E::Write>(a.write())
            .with<E::Execute>(a.execute())
            .with<E::Software>(static_cast<uint8_t>(a.type()))
            .with<E::PageNumber>(address.raw() >> 12)
            .raw();
    }
    static constexpr Entry table(unsigned, kernel::PhysAddr address) noexcept {
        return table_entry(address.raw());
    }
    [[gnu::always_inline]] static constexpr Kind kind(unsigned, Entry entry) noexcept {
        constexpr uint64_t rights =
            TableEntry::Read::mask | TableEntry::Write::mask | TableEntry::Execute::mask;
        if (!TableEntry{entry}.get<TableEntry::Valid>())
            return Kind::invalid;
        return (entry & rights) != 0 ? Kind::leaf : Kind::table;
    }
    static constexpr kernel::PhysAddr address(unsigned, Entry entry) noexcept {
        return TableEntry{entry}.address();
    }
    static constexpr bool grouped(Entry) noexcept { return false; }
    static constexpr Attributes attributes(unsigned, Entry entry) noexcept {
        const TableEntry e{entry};
        return {e.get<TableEntry::Write>(), e.get<TableEntry::Execute>(),
                static_cast<cobnut::MemoryType>(e.get<TableEntry::Software>())};
    }
};

} // namespace arch
