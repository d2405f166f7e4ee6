// SPDX-License-Identifier: BSD-2-Clause
// Stage 1 translation tables of user address spaces: 4 KiB granule, 48-bit addresses, four levels
// (Arm ARM D8.3).
#pragma once

#include <cobnut/register.hpp>
#include <generic/base/types.hpp>
#include <generic/mm/page_attributes.hpp>

namespace arch {

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
    static constexpr unsigned levels = 4;
    static constexpr Level level[levels] = {
        {39, 9, false, 0}, {30, 9, true, 0}, {21, 9, true, 4}, {12, 9, true, 4}};
    static constexpr kernel::Word user_end = kernel::Word{1} << 48;

    static constexpr Entry leaf(unsigned depth, kernel::PhysAddr address, Attributes a,
                                bool grouped = false) noexcept {
        // Device and uncached memory is outer shareable whatever the entry says (Arm ARM D8.6).
        return Descriptor{}
            .with<Valid>(true)
            .with<TableOrPage>(depth == levels - 1)
            .with<Index>(static_cast<uint8_t>(a.type())) // MemoryIndex has the same numbers
            .with<User>(true)
            .with<ReadOnly>(!a.write())
            .with<Share>(inner)
            .with<Accessed>(true)
            .with<NotGlobal>(true)
            .with<Address>(address.raw())
            .with<Contiguous>(grouped)
            .with<KernelNoExecute>(true)
            .with<UserNoExecute>(!a.execute())
            .raw();
    }
    static constexpr Entry table(unsigned, kernel::PhysAddr address) noexcept {
        return Descriptor{}
            .with<Valid>(true)
            .with<TableOrPage>(true)
            .with<Address>(address.raw())
            .raw();
    }
    [[gnu::always_inline]] static constexpr Kind kind(unsigned depth, Entry entry) noexcept {
        const Descriptor d{entry};
        if (!d.get<Valid>())
            return Kind::invalid;
        return d.get<TableOrPage>() && depth != levels - 1 ? Kind::table : Kind::leaf;
    }
    static constexpr kernel::PhysAddr address(unsigned, Entry entry) noexcept {
        return kernel::PhysAddr{Descriptor{entry}.get<Address>()};
    }
    static constexpr bool grouped(Entry entry) noexcept {
        return Descriptor{entry}.get<Contiguous>();
    }
    static constexpr Attributes attributes(unsigned, Entry entry) noexcept {
        const Descriptor d{entry};
        return {!d.get<ReadOnly>(), !d.get<UserNoExecute>(),
                static_cast<cobnut::MemoryType>(d.get<Index>())};
    }

private:
    struct Descriptor : cobnut::reg::Word<Descriptor> {
        using Word::Word;
    };
    using Valid = cobnut::reg::Flag<0>;
    using TableOrPage = cobnut::reg::Flag<1>;
    using Index = cobnut::reg::Field<4, 2, uint8_t>;
    using User = cobnut::reg::Flag<6>;
    using ReadOnly = cobnut::reg::Flag<7>;
    using Share = cobnut::reg::Field<9, 8, uint8_t>;
    using Accessed = cobnut::reg::Flag<10>;
    using NotGlobal = cobnut::reg::Flag<11>;
    using Address = cobnut::reg::InPlace<47, 12>;
    using Contiguous = cobnut::reg::Flag<52>;
    using KernelNoExecute = cobnut::reg::Flag<53>;
    using UserNoExecute = cobnut::reg::Flag<54>;
    static_assert(cobnut::reg::disjoint<Valid, TableOrPage, Index, User, ReadOnly, Share, Accessed,
                                        NotGlobal, Address, Contiguous, KernelNoExecute,
                                        UserNoExecute>);
    static constexpr uint8_t inner = 3;
};

} // namespace arch
