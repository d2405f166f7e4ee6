// SPDX-License-Identifier: BSD-2-Clause
// Page tables of the simulated machine: three levels, leaves at each, groups of 16 at the last.
#pragma once

#include <cobnut/register.hpp>
#include <generic/base/types.hpp>
#include <generic/mm/page_attributes.hpp>

namespace arch {

struct PageEntry : cobnut::reg::Word<PageEntry> {
    using Word::Word;
    using Valid = cobnut::reg::Flag<0>;
    using Leaf = cobnut::reg::Flag<1>;
    using Write = cobnut::reg::Flag<2>;
    using Execute = cobnut::reg::Flag<3>;
    using Type = cobnut::reg::Field<5, 4, cobnut::MemoryType>;
    using Grouped = cobnut::reg::Flag<6>;
    using Address = cobnut::reg::InPlace<51, 12>;
    static_assert(cobnut::reg::disjoint<Valid, Leaf, Write, Execute, Type, Grouped, Address>);
};

struct PageFormat {
    using Entry = uint64_t;
    struct Level {
        unsigned shift;
        unsigned index_bits;
        bool leaf;
        unsigned group_bits;
    };
    static constexpr unsigned levels = 3;
    static constexpr Level level[levels] = {
        {30, 9, true, 0}, {21, 9, true, 0}, {12, 9, true, 4}};
    static constexpr kernel::Word user_end = kernel::Word{1} << 38;

    static constexpr Entry leaf(unsigned, kernel::PhysAddr address,
                                kernel::mm::PageAttributes attributes,
                                bool grouped = false) noexcept {
        return PageEntry{address.raw()}
            .set<PageEntry::Valid, PageEntry::Leaf>()
            .with<PageEntry::Write>(attributes.write())
            .with<PageEntry::Execute>(attributes.execute())
            .with<PageEntry::Type>(attributes.type())
            .with<PageEntry::Grouped>(grouped)
            .raw();
    }
    static constexpr Entry table(unsigned, kernel::PhysAddr address) noexcept {
        return PageEntry{address.raw()}.set<PageEntry::Valid>().raw();
    }
    static constexpr kernel::mm::EntryKind kind(unsigned, Entry entry) noexcept {
        using kernel::mm::EntryKind;
        const PageEntry e{entry};
        return !e.get<PageEntry::Valid>() ? EntryKind::invalid
               : e.get<PageEntry::Leaf>() ? EntryKind::leaf
                                          : EntryKind::table;
    }
    static constexpr kernel::PhysAddr address(unsigned, Entry entry) noexcept {
        return kernel::PhysAddr{PageEntry{entry}.get<PageEntry::Address>()};
    }
    static constexpr bool grouped(Entry entry) noexcept {
        return PageEntry{entry}.get<PageEntry::Grouped>();
    }
    static constexpr kernel::mm::PageAttributes attributes(unsigned, Entry entry) noexcept {
        const PageEntry e{entry};
        return {e.get<PageEntry::Write>(), e.get<PageEntry::Execute>(), e.get<PageEntry::Type>()};
    }
};

} // namespace arch
