// SPDX-License-Identifier: BSD-2-Clause
// Mapping a page and changing its rights, where nothing is in the way: what address spaces are built with,
// without the decoding of other calls.
#pragma once

#include <cobnut/abi/methods.hpp>
#include <generic/base/attributes.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/debug/variant.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/mm/tables.hpp>
#include <generic/object/vspace.hpp>

namespace kernel::mm {

/// A call that maps a page, unmaps it or changes its rights: one that brings exactly what the method takes, whose
/// VSpace the caller's CNode holds, of a page of the smallest size that needs no preparation. `Arguments` has its
/// tag() and message(i), wherever they are.
template <class Arguments>
struct PageAtOnce {
    const Arguments& arguments;
    const Thread& caller;
    Slot& frame;

    /// True: it is done, the answer has no words. False: nothing has been done; decode it. One size and memory type:
    /// rights may change under the eyes of the walker (Arm ARM D8.16.1).
    [[nodiscard]] KERNEL_HOT bool done() const {
        if (frame.frame_size_index() != 0)
            return false;
        const Wish wish = wish_of(arguments.tag());
        if (wish == Wish::other)
            return false;
        const VSpace* space;
        VirtAddr address(0);
        if (wish == Wish::map) {
            space = target();
            address = VirtAddr(arguments.message(0));
            if (space == nullptr || !may_map(*space, address))
                return false;
        } else {
            if (wish == Wish::change && !may_change())
                return false;
            // A record whose id lives is exact: the tables are there, and the leaf.
            space = space_registry::find(frame.mapping_space());
            address = frame.mapping_address();
            if (space == nullptr)
                return false;
        }
        auto* const entry = Tables::find_page_here(space->root, address);
        if (entry == nullptr)
            return false;
        Format::Entry value = 0;
        if (wish == Wish::map) {
            if (Format::kind(level, *entry) != EntryKind::invalid)
                return false;
            value = limited(Format::leaf(level, frame.object.page(), {true, false, MemoryType::normal}),
                            (rights(1) & Rights::write_bit) != 0, false);
            frame.set_mapping(space->id, address);
        } else {
            // An assertion would need the stack, which a fastpath has not: the slow path has it.
            if constexpr (debug::enabled)
                if (Format::kind(level, *entry) != EntryKind::leaf || Format::grouped(*entry) ||
                    Format::address(level, *entry) != frame.object.page())
                    return false;
            if (wish == Wish::change)
                value = limited(*entry, (rights(0) & Rights::write_bit) != 0, arguments.message(1) == 0);
            else
                frame.clear_mapping();
        }
        arch::write_page_table_entry(entry, value);
        if (space->asid != arch::asid_none) {
            if (wish == Wish::map)
                arch::entry_added(space->asid, address);
            else
                arch::entry_removed(space->asid, address, level, 1);
        }
        return true;
    }

private:
    using Format = arch::PageFormat;
    using MapAttributes = cobnut::MapAttributes;
    using MemoryType = cobnut::MemoryType;
    using Method = cobnut::Method;
    using Tag = cobnut::Tag;

    enum class Wish : uint8_t { map, change, unmap, other };
    KERNEL_HOT static Wish wish_of(Word tag) {
        if (tag == Tag(static_cast<Word>(Method::frame_map), 3, 1).raw())
            return Wish::map;
        if (tag == Tag(static_cast<Word>(Method::frame_set_rights), 2).raw())
            return Wish::change;
        return tag == Tag(static_cast<Word>(Method::frame_unmap), 0).raw() ? Wish::unmap : Wish::other;
    }

    static constexpr unsigned level = Format::levels - 1;
    static constexpr Word page_bytes = Word{1} << Format::level[level].shift;

    static constexpr Format::Entry leaf_of(bool write, bool execute, MemoryType type) {
        return Format::leaf(level, PhysAddr(0), {write, execute, type});
    }
    static constexpr Format::Entry least = leaf_of(false, false, MemoryType::normal);
    static constexpr Format::Entry write_bits = least ^ leaf_of(true, false, MemoryType::normal);
    static constexpr Format::Entry execute_bits = least ^ leaf_of(false, true, MemoryType::normal);

    /// A leaf without what is not granted. The bits for it are the same whatever the type.
    static constexpr Format::Entry limited(Format::Entry entry, bool write, bool execute) {
        const Format::Entry changed = (write ? 0 : write_bits) | (execute ? 0 : execute_bits);
        return (entry & ~changed) | (least & changed);
    }
    static constexpr bool is_limited_right() {
        for (const MemoryType type : {MemoryType::normal, MemoryType::uncached, MemoryType::device})
            for (const bool write : {false, true})
                for (const bool execute : {false, true})
                    if (limited(leaf_of(true, true, type), write, execute) != leaf_of(write, execute, type))
                        return false;
        return true;
    }

    /// Those of the capability that the word grants.
    [[nodiscard]] KERNEL_HOT Word rights(unsigned index) const {
        return arguments.message(index) & frame.rights().bits;
    }

    /// The VSpace that the call brings; null: it is not near.
    [[nodiscard]] KERNEL_HOT const VSpace* target() const {
        const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(caller.buffer);
        if (buffer == nullptr)
            return nullptr;
        const Slot* slot = near_slot(caller, buffer->capabilities[0]);
        if (slot == nullptr || !slot->is(ObjectType::vspace))
            return nullptr;
        const VSpace* space = slot->pointer<VSpace>();
        if (space == nullptr)
            __builtin_unreachable(); // or who asks for null would be asked twice
        return space;
    }

    /// RAM that is not executed: no cache is maintained for it.
    [[nodiscard]] KERNEL_HOT bool may_map(const VSpace& space, VirtAddr address) const {
        static_assert(is_limited_right());
        return arguments.message(2) == MapAttributes::execute_never && (rights(1) & Rights::read_bit) != 0 &&
               !frame.has_record() && !frame.frame_is_device() && address.raw() % page_bytes == 0 &&
               address.raw() < Format::user_end && space.has_root();
    }
    [[nodiscard]] KERNEL_HOT bool may_change() const {
        return (arguments.message(1) & ~MapAttributes::execute_never) == 0 && (rights(0) & Rights::read_bit) != 0;
    }
};

/// The same with the arguments that the caller's frame holds.
[[nodiscard]] bool page_at_once(const Thread& caller, Slot& frame);

} // namespace kernel::mm
