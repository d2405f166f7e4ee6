// SPDX-License-Identifier: BSD-2-Clause
// Four-level page tables, SDM volume 3, section 4.5.
#pragma once

#include <arch/layout.hpp>
#include <cobnut/register.hpp>
#include <generic/base/types.hpp>
#include <generic/mm/page_attributes.hpp>

namespace arch {

// CacheDisable, WriteThrough choose one of the memory types that boot puts into the PAT.
struct PageEntry : cobnut::reg::Word<PageEntry> {
    using Word::Word;
    using Present = cobnut::reg::Flag<0>;
    using Writable = cobnut::reg::Flag<1>;
    using User = cobnut::reg::Flag<2>;
    using Type = cobnut::reg::Field<4, 3, cobnut::MemoryType>;
    using Accessed = cobnut::reg::Flag<5>;
    using Dirty = cobnut::reg::Flag<6>;
    using Large = cobnut::reg::Flag<7>;
    using Global = cobnut::reg::Flag<8>;
    using Address = cobnut::reg::InPlace<51, 12>;
    using NoExecute = cobnut::reg::Flag<63>;
    static_assert(cobnut::reg::disjoint<Present, Writable, User, Type, Accessed, Dirty, Large,
                                        Global, Address, NoExecute>);
};

// PAT entries 0-3 in the order of MemoryType: write-back, write-combining, uncached; repeated.
constexpr uint64_t page_attribute_table = 0x0000010600000106;

struct PageFormat {
    using Entry = uint64_t;
    struct Level {
        unsigned shift;
        unsigned index_bits;
        bool leaf;
        unsigned group_bits;
    };
    static constexpr unsigned levels = 4;
    static constexpr Level level[levels] = {
        {39, 9, false, 0}, {30, 9, true, 0}, {21, 9, true, 0}, {12, 9, true, 0}};
    static constexpr kernel::Word user_end = layout::user_end;

    // Accessed and dirty are set from the start: the kernel asks for neither.
    static constexpr Entry leaf(unsigned at, kernel::PhysAddr address,
                                kernel::mm::PageAttributes a, bool = false) noexcept {
        return PageEntry{address.raw()}
            .set<PageEntry::Present, PageEntry::User, PageEntry::Accessed, PageEntry::Dirty>()
            .with<PageEntry::Writable>(a.write())
            .with<PageEntry::Type>(a.type())
            .with<PageEntry::Large>(at + 1 < levels)
            .with<PageEntry::NoExecute>(!a.execute())
            .raw();
    }
    static constexpr Entry table(unsigned, kernel::PhysAddr address) noexcept {
        return PageEntry{address.raw()}
            .set<PageEntry::Present, PageEntry::Writable, PageEntry::User, PageEntry::Accessed>()
            .raw();
    }
    [[gnu::always_inline]] static constexpr kernel::mm::EntryKind kind(unsigned at, Entry entry) noexcept {
        if (!PageEntry{entry}.get<PageEntry::Present>())
            return kernel::mm::EntryKind::invalid;
        if (at + 1 == levels || PageEntry{entry}.get<PageEntry::Large>())
            return kernel::mm::EntryKind::leaf;
        return kernel::mm::EntryKind::table;
    }
    static constexpr kernel::PhysAddr address(unsigned, Entry entry) noexcept {
        return kernel::PhysAddr{PageEntry{entry}.get<PageEntry::Address>()};
    }
    static constexpr bool grouped(Entry) noexcept { return false; }
    static constexpr kernel::mm::PageAttributes attributes(unsigned, Entry entry) noexcept {
        const PageEntry e{entry};
        return {e.get<PageEntry::Writable>(), !e.get<PageEntry::NoExecute>(), e.get<PageEntry::Type>()};
    }
};

} // namespace arch
