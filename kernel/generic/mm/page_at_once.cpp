// SPDX-License-Identifier: BSD-2-Clause
// Mapping a page and changing its rights, where nothing is in the way.
#include <cobnut/abi/methods.hpp>
#include <generic/base/panic.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/mm/page_at_once.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/mm/tables.hpp>
#include <generic/object/vspace.hpp>

namespace kernel::mm {

namespace {

using cobnut::MapAttributes;
using cobnut::MemoryType;
using cobnut::Method;
using cobnut::Tag;
using Format = arch::PageFormat;

constexpr unsigned level = Format::levels - 1;
constexpr Word page_bytes = Word{1} << Format::level[level].shift;

constexpr Format::Entry leaf_of(bool write, bool execute, MemoryType type) {
    return Format::leaf(level, PhysAddr(0), {write, execute, type});
}
constexpr Format::Entry least = leaf_of(false, false, MemoryType::normal);
constexpr Format::Entry write_bits = least ^ leaf_of(true, false, MemoryType::normal);
constexpr Format::Entry execute_bits = least ^ leaf_of(false, true, MemoryType::normal);

/// A leaf without what is not granted. The bits for it are the same whatever the type.
constexpr Format::Entry limited(Format::Entry entry, bool write, bool execute) {
    const Format::Entry changed = (write ? 0 : write_bits) | (execute ? 0 : execute_bits);
    return (entry & ~changed) | (least & changed);
}

constexpr bool is_limited_right(MemoryType type) {
    for (const bool write : {false, true})
        for (const bool execute : {false, true})
            if (limited(leaf_of(true, true, type), write, execute) != leaf_of(write, execute, type))
                return false;
    return true;
}
static_assert(is_limited_right(MemoryType::normal) && is_limited_right(MemoryType::uncached) &&
              is_limited_right(MemoryType::device));

/// RAM that is not executed: no cache is maintained for it.
[[gnu::noinline, gnu::flatten]] bool map(const Thread& caller, Slot& frame) {
    const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(caller.buffer);
    if (buffer == nullptr)
        return false;
    const Slot* slot = near_slot(caller, buffer->capabilities[0]);
    if (slot == nullptr || slot->type() != ObjectType::vspace)
        return false;
    const VSpace& space = *slot->pointer<VSpace>();
    const VirtAddr address(caller.registers.message(0));
    const Word rights = caller.registers.message(1) & frame.rights().bits;
    if (caller.registers.message(2) != MapAttributes::execute_never || (rights & Rights::read_bit) == 0 ||
        frame.has_record() || frame.frame_is_device() || address.raw() % page_bytes != 0 ||
        address.raw() >= Format::user_end || !space.has_root())
        return false;
    auto* entry = Tables::find_page(space.root, address);
    if (entry == nullptr || Format::kind(level, *entry) != EntryKind::invalid)
        return false;
    const auto leaf = Format::leaf(level, frame.object.page(), {true, false, MemoryType::normal});
    arch::write_page_table_entry(entry, limited(leaf, (rights & Rights::write_bit) != 0, false));
    if (space.asid != arch::asid_none)
        arch::entry_added(space.asid, address);
    frame.set_mapping(space.id, address);
    return true;
}

/// Unmaps the page, or takes rights away from its leaf. One size and memory type: rights may change
/// under the eyes of the walker (Arm ARM D8.16.1).
[[gnu::noinline]] bool change(const Thread& caller, Slot& frame, bool unmaps) {
    const Word rights = caller.registers.message(0) & frame.rights().bits;
    const Word attributes = caller.registers.message(1);
    if (!unmaps && ((attributes & ~MapAttributes::execute_never) != 0 || (rights & Rights::read_bit) == 0))
        return false;
    const VSpace* space = space_registry::find(frame.mapping_space());
    if (space == nullptr)
        return false;
    // A record whose id lives is exact: the tables are there, and the leaf.
    const VirtAddr address = frame.mapping_address();
    auto* entry = Tables::page_entry(space->root, address);
    const Format::Entry old = *entry;
    KERNEL_ASSERT(entry == Tables::find_page(space->root, address) &&
                  Format::kind(level, old) == EntryKind::leaf && !Format::grouped(old) &&
                  Format::address(level, old) == frame.object.page());
    if (unmaps)
        frame.clear_mapping();
    arch::write_page_table_entry(
        entry, unmaps ? 0 : limited(old, (rights & Rights::write_bit) != 0, attributes == 0));
    if (space->asid != arch::asid_none)
        arch::entry_removed(space->asid, address, level, 1);
    return true;
}

} // namespace

bool page_at_once(const Thread& caller, Slot& frame) {
    constexpr Word mapping = Tag(static_cast<Word>(Method::frame_map), 3, 1).raw();
    constexpr Word changing = Tag(static_cast<Word>(Method::frame_set_rights), 2).raw();
    constexpr Word unmapping = Tag(static_cast<Word>(Method::frame_unmap), 0).raw();
    if (frame.frame_size_index() != 0)
        return false;
    const Word tag = caller.registers.tag();
    if (tag == mapping)
        return map(caller, frame);
    if (tag == changing)
        return change(caller, frame, false);
    return tag == unmapping && change(caller, frame, true);
}

} // namespace kernel::mm
