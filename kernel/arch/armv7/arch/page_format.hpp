// SPDX-License-Identifier: BSD-2-Clause
// Entries of the long-descriptor translation tables (LPAE; Arm ARM DDI 0406C B3.6). Another format, such as the
// short descriptors, is another class of this shape.
#pragma once

#include <cobnut/register.hpp>
#include <generic/base/types.hpp>
#include <generic/mm/page_attributes.hpp>

#include <stdint.h>

namespace arch {

struct LongDescriptor : cobnut::reg::Word<LongDescriptor, uint64_t> {
    using Word::Word;
    using Valid = cobnut::reg::Flag<0>;
    using NotBlock = cobnut::reg::Flag<1>;     ///< A table, or at the last level a page.
    using MemoryIndex = cobnut::reg::Field<4, 2, uint8_t>;
    using User = cobnut::reg::Flag<6>;
    using ReadOnly = cobnut::reg::Flag<7>;
    using Shareability = cobnut::reg::Field<9, 8, uint8_t>;
    using Accessed = cobnut::reg::Flag<10>;
    using NotGlobal = cobnut::reg::Flag<11>;
    using Address = cobnut::reg::InPlace<39, 12>;
    using Contiguous = cobnut::reg::Flag<52>;
    using KernelExecuteNever = cobnut::reg::Flag<53>;
    using ExecuteNever = cobnut::reg::Flag<54>;
    using TableKernelExecuteNever = cobnut::reg::Flag<59>;

    static constexpr uint8_t inner_shareable = 3;
};

static_assert(cobnut::reg::disjoint<
              LongDescriptor::Valid, LongDescriptor::NotBlock, LongDescriptor::MemoryIndex,
              LongDescriptor::User, LongDescriptor::ReadOnly, LongDescriptor::Shareability,
              LongDescriptor::Accessed, LongDescriptor::NotGlobal, LongDescriptor::Address,
              LongDescriptor::Contiguous,
              LongDescriptor::KernelExecuteNever, LongDescriptor::ExecuteNever>);

/// Attributes of memory in MAIR0, by index; start.S writes the register.
struct MemoryIndex {
    static constexpr uint8_t normal = 0;   ///< Write-back, allocating.
    static constexpr uint8_t uncached = 1;
    static constexpr uint8_t device = 2;
};

struct LongFormat {
    using Entry = uint64_t;
    using D = LongDescriptor;

    struct Level {
        unsigned shift;
        unsigned index_bits;
        bool leaf;
        unsigned group_bits;
    };

    static constexpr unsigned levels = 3;
    static constexpr Level level[levels] = {
        {30, 1, true, 0}, {21, 9, true, 4}, {12, 9, true, 4}};
    static constexpr kernel::Word user_end = 0x80000000;

    static constexpr Entry leaf(unsigned at, kernel::PhysAddr address,
                                kernel::mm::PageAttributes attributes,
                                bool grouped = false) noexcept {
        D entry = user_leaf.with<D::MemoryIndex>(static_cast<uint8_t>(attributes.type()));
        if (at == levels - 1)
            entry = entry.set<D::NotBlock>();
        if (!attributes.write())
            entry = entry.set<D::ReadOnly>();
        if (!attributes.execute())
            entry = entry.set<D::ExecuteNever>();
        return entry.with<D::Contiguous>(grouped).with<D::Address>(address.raw()).raw();
    }
    static constexpr Entry table(unsigned, kernel::PhysAddr address) noexcept {
        return D{}.set<D::Valid, D::NotBlock, D::TableKernelExecuteNever>()
            .with<D::Address>(address.raw()).raw();
    }
    [[gnu::always_inline]] static constexpr kernel::mm::EntryKind kind(unsigned at, Entry raw) noexcept {
        const D entry{raw};
        if (!entry.get<D::Valid>())
            return kernel::mm::EntryKind::invalid;
        return at < levels - 1 && entry.get<D::NotBlock>() ? kernel::mm::EntryKind::table
                                                           : kernel::mm::EntryKind::leaf;
    }
    static constexpr kernel::PhysAddr address(unsigned, Entry raw) noexcept {
        return kernel::PhysAddr{D{raw}.get<D::Address>()};
    }
    static constexpr bool grouped(Entry raw) noexcept { return D{raw}.get<D::Contiguous>(); }
    static constexpr kernel::mm::PageAttributes attributes(unsigned, Entry raw) noexcept {
        const D entry{raw};
        return {!entry.get<D::ReadOnly>(), !entry.get<D::ExecuteNever>(),
                static_cast<cobnut::MemoryType>(entry.get<D::MemoryIndex>())};
    }

private:
    static constexpr D user_leaf =
        D{}.set<D::Valid, D::User, D::Accessed, D::NotGlobal, D::KernelExecuteNever>()
            .with<D::Shareability>(D::inner_shareable);
};

static_assert(static_cast<uint8_t>(cobnut::MemoryType::normal) == MemoryIndex::normal);
static_assert(static_cast<uint8_t>(cobnut::MemoryType::uncached) == MemoryIndex::uncached);
static_assert(static_cast<uint8_t>(cobnut::MemoryType::device) == MemoryIndex::device);

using PageFormat = LongFormat;

} // namespace arch
