// SPDX-License-Identifier: BSD-2-Clause
// Mapping tables and frames into VSpaces.
#include <generic/contract/address_space.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/memory.hpp>
#include <generic/contract/page_format.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/mm/asid.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/mm/walker.hpp>

namespace kernel::mm {

namespace {

using Format = arch::PageFormat;

struct WindowMemory {
    static Format::Entry* table(PhysAddr address) {
        return static_cast<Format::Entry*>(arch::to_virtual(address));
    }
};

using Tables = Walker<Format, WindowMemory>;

constexpr unsigned table_bits = cobnut::page_table_size_bits;
constexpr size_t table_bytes = size_t{1} << table_bits;

bool is_user_address(VirtAddr address, uint64_t bytes) {
    return address.raw() < Format::user_end && bytes <= Format::user_end - address.raw();
}

PhysAddr table_address(const Slot& table) {
    return arch::to_physical(table.pointer<void>());
}

struct Leaf {
    VSpace* space = nullptr;
    Tables::Position position;
};

/// The living mapping of a frame capability; space is null if there is none (any more).
Leaf find_leaf(const Slot& frame) {
    Leaf leaf;
    if (frame.mapping_space() == 0)
        return leaf;
    VSpace* space = space_registry::find(frame.mapping_space());
    if (space == nullptr || space->has_root == 0)
        return leaf;
    const unsigned level = Tables::leaf_level(frame_bits(frame.frame_size_index()));
    leaf.position = Tables::find(space->root, frame.mapping_address(), level);
    const auto entry = *leaf.position.entry;
    if (leaf.position.level == level && Format::kind(level, entry) == EntryKind::leaf &&
        Format::address(level, entry) == frame.object.physical())
        leaf.space = space;
    return leaf;
}

bool is_table_mapped(const Slot& table) {
    const uint64_t id = table.mapping_space();
    const VSpace* space = id == 0 ? nullptr : space_registry::find(id);
    if (space == nullptr || space->has_root == 0)
        return false;
    return space->root == table_address(table) ||
           Tables::find_table(space->root, table.mapping_address(), table_address(table)).entry !=
               nullptr;
}

void remove_leaf(const Leaf& leaf, VirtAddr address) {
    arch::write_page_table_entry(leaf.position.entry, 0);
    if (leaf.space->asid != arch::asid_none)
        arch::entry_removed(leaf.space->asid, address, leaf.position.level);
}

void put_leaf(VSpace& space, const Tables::Position& position, VirtAddr address, PhysAddr frame,
              PageAttributes attributes) {
    arch::write_page_table_entry(position.entry, Format::leaf(position.level, frame, attributes));
    if (space.asid != arch::asid_none)
        arch::entry_added(space.asid, address);
}

/// RAM that changes its memory type is cleaned, and instructions become visible to fetch.
void prepare_memory(const Slot& frame, size_t bytes, PageAttributes attributes) {
    if (frame.frame_is_device())
        return;
    if (attributes.type != cobnut::MemoryType::normal)
        arch::clean_physical_to_coherency(frame.object.physical(), bytes);
    else if (attributes.execute)
        arch::make_physical_executable(frame.object.physical(), bytes);
}

} // namespace

unsigned frame_bits(unsigned size_index) {
    unsigned found = 0;
    for (unsigned level = Format::levels; level-- > 0;)
        if (Format::level[level].leaf && found++ == size_index)
            return Format::level[level].shift;
    return 0;
}

unsigned frame_size_index(unsigned bits) {
    for (unsigned i = 0; i < frame_size_count; ++i)
        if (frame_bits(i) == bits && bits != 0)
            return i;
    return frame_size_count;
}

Failure map_table(VSpace& space, Slot& table, VirtAddr address) {
    if (!is_user_address(address, 1))
        return {Error::out_of_range, 0, static_cast<Word>(Format::user_end - 1)};
    if (is_table_mapped(table))
        return Error::already_mapped;
    Tables::Position position;
    if (space.has_root != 0) {
        position = Tables::find(space.root, address, Format::levels - 1);
        if (position.level == Format::levels - 1 ||
            Format::kind(position.level, *position.entry) == EntryKind::leaf)
            return Error::already_mapped;
    }
    void* memory = table.pointer<void>();
    arch::clear_memory(memory, table_bytes);
    table.set_mapping(space.id, VirtAddr(static_cast<Word>(align_down(address.raw(), 4096))));
    if (space.has_root == 0) {
        arch::init_root(memory);
        space.root = table_address(table);
        space.has_root = 1;
        arch::current_cpu().reschedule = true; // it may be the current one's
        return {};
    }
    arch::write_page_table_entry(position.entry, Format::table(position.level,
                                                               table_address(table)));
    if (space.asid != arch::asid_none)
        arch::entry_added(space.asid, address);
    return {};
}

void unmap_table(Slot& table) {
    const uint64_t id = table.mapping_space();
    const VirtAddr address = table.mapping_address();
    table.set_mapping(0, VirtAddr(0));
    VSpace* space = id == 0 ? nullptr : space_registry::find(id);
    if (space == nullptr || space->has_root == 0)
        return;
    if (space->root == table_address(table)) {
        asid::release(*space);
        space->has_root = 0;
        arch::current_cpu().reschedule = true;
        return;
    }
    const auto position = Tables::find_table(space->root, address, table_address(table));
    if (position.entry == nullptr)
        return;
    arch::write_page_table_entry(position.entry, 0);
    if (space->asid != arch::asid_none)
        arch::table_removed(space->asid);
}

Failure map_frame(VSpace& space, Slot& frame, VirtAddr address, PageAttributes attributes) {
    const unsigned bits = frame_bits(frame.frame_size_index());
    const size_t bytes = size_t{1} << bits;
    if (!is_aligned(address.raw(), bytes))
        return {Error::misaligned, bits};
    if (!is_user_address(address, bytes))
        return {Error::out_of_range, 0, static_cast<Word>(Format::user_end - 1)};
    if (space.has_root == 0)
        return {Error::missing_table, word_bits};
    const unsigned level = Tables::leaf_level(bits);
    const auto position = Tables::find(space.root, address, level);
    const EntryKind kind = Format::kind(position.level, *position.entry);
    if (position.level != level && kind == EntryKind::invalid)
        return {Error::missing_table, Format::level[position.level].shift};
    const Leaf old = find_leaf(frame);
    if (old.space != nullptr &&
        (old.position.entry != position.entry || frame.mapping_space() != space.id))
        return Error::already_mapped;
    if (old.space == nullptr && kind != EntryKind::invalid)
        return Error::already_mapped;
    // Break before make: no core may see the old and the new translation at a time.
    if (old.space != nullptr)
        remove_leaf(old, address);
    prepare_memory(frame, bytes, attributes);
    put_leaf(space, position, address, frame.object.physical(), attributes);
    frame.set_mapping(space.id, address);
    return {};
}

void unmap_frame(Slot& frame) {
    const Leaf leaf = find_leaf(frame);
    if (leaf.space != nullptr)
        remove_leaf(leaf, frame.mapping_address());
    frame.set_mapping(0, VirtAddr(0));
}

MappingState mapping_of(const Slot& frame) {
    return {find_leaf(frame).space != nullptr, frame.mapping_address()};
}

void destroy(Cpu& cpu, VSpace& space) {
    asid::release(space);
    space_registry::remove(space);
    space.has_root = 0;
    cpu.reschedule = true;
}

} // namespace kernel::mm
