// SPDX-License-Identifier: BSD-2-Clause
// Mapping tables and frames into VSpaces.
#include <generic/base/panic.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/memory.hpp>
#include <generic/contract/page_format.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/mm/asid.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/mm/tables.hpp>
#include <generic/object/invocation.hpp>

namespace kernel::mm {

namespace {

using cobnut::CacheOperation;
using Format = arch::PageFormat;

using Entry = Tables::Entry;
using space_registry::space_of;

constexpr unsigned table_bits = cobnut::page_table_size_bits;
constexpr size_t table_bytes = size_t{1} << table_bits;
constexpr size_t cache_step = 4096; ///< Of cache maintenance between two looks for interrupts.

PhysAddr table_address(const Slot& table) {
    return arch::to_physical(table.object.table());
}

constexpr bool has_groups = [] {
    for (const auto& geometry : Format::level)
        if (geometry.group_bits != 0)
            return true;
    return false;
}();

/// A size of Frames: `leaves` adjacent leaves of one level.
struct FrameSize {
    uint8_t bits = 0;
    uint8_t level = 0;
    uint8_t leaves = 0;
    uint8_t shift = 0; ///< log2 of a leaf's bytes.

    [[nodiscard]] constexpr unsigned count() const { return has_groups ? leaves : 1; }
    [[nodiscard]] constexpr bool grouped() const { return count() != 1; }
};

struct FrameSizes {
    FrameSize of[frame_size_count] = {};

    consteval FrameSizes() {
        unsigned found = 0;
        for (unsigned level = Format::levels; level-- > 0;) {
            const auto& geometry = Format::level[level];
            if (!geometry.leaf)
                continue;
            const auto size = [&](unsigned group_bits) {
                return FrameSize{static_cast<uint8_t>(geometry.shift + group_bits),
                                 static_cast<uint8_t>(level), static_cast<uint8_t>(1 << group_bits),
                                 static_cast<uint8_t>(geometry.shift)};
            };
            of[found++] = size(0);
            if (geometry.group_bits != 0)
                of[found++] = size(geometry.group_bits);
        }
    }
};

constexpr FrameSizes frame_sizes;

const FrameSize& size_of(const Slot& frame) {
    return frame_sizes.of[frame.frame_size_index()];
}

/// The first entry that maps a frame.
struct Leaf {
    VSpace* space = nullptr;
    Entry* entry = nullptr;
};

/// The living mapping of a frame capability; space is null if there is none (any more).
Leaf find_leaf(const Slot& frame) {
    VSpace* space = space_of(frame);
    if (space == nullptr)
        return {};
    const FrameSize& size = size_of(frame);
    const auto position = Tables::find(space->root, frame.mapping_address(), size.level);
    KERNEL_ASSERT(position.level == size.level &&
                  Format::kind(size.level, *position.entry) == EntryKind::leaf &&
                  Format::grouped(*position.entry) == size.grouped() &&
                  Format::address(size.level, *position.entry) == frame.object.page());
    return {space, position.entry};
}

/// 1,000 to 2,000 instructions. What is invalid is zero: only a removal makes it so.
bool is_empty(const Slot& table) {
    const Word* word = static_cast<const Word*>(table.object.table());
    for (size_t left = table_bytes / (4 * sizeof(Word)); left != 0; --left, word += 4)
        if ((word[0] | word[1] | word[2] | word[3]) != 0)
            return false;
    return true;
}

/// The space becomes as new: all records of it are stale at once, and for ever.
void lose_root(VSpace& space) {
    asid::release(space);
    space_registry::remove(space);
    arch::current_cpu().reschedule = true; // it may be the current one's
}

void forget_translations(const VSpace& space, const FrameSize& size, VirtAddr address) {
    if (space.asid != arch::asid_none)
        arch::entry_removed(space.asid, address, size.level, size.count());
}

void remove_leaf(const Leaf& leaf, const FrameSize& size, VirtAddr address) {
    for (unsigned i = 0; i < size.count(); ++i)
        arch::write_page_table_entry(leaf.entry + i, 0);
    forget_translations(*leaf.space, size, address);
}

/// Formats that have groups keep the address in its place: the next leaf's entry is that much more.
void write_leaf(Entry* entry, const FrameSize& size, PhysAddr frame, PageAttributes attributes) {
    Entry value = Format::leaf(size.level, frame, attributes, size.grouped());
    arch::write_page_table_entry(entry, value);
    for (unsigned rest = size.count() - 1; rest != 0; --rest) {
        value += Entry{1} << size.shift;
        arch::write_page_table_entry(++entry, value);
    }
}

void put_leaf(const Leaf& leaf, const FrameSize& size, VirtAddr address, PhysAddr frame,
              PageAttributes attributes) {
    write_leaf(leaf.entry, size, frame, attributes);
    if (leaf.space->asid != arch::asid_none)
        arch::entry_added(leaf.space->asid, address);
}

/// One size and memory type: rights may change under the eyes of the walker, but not in a group,
/// whose entries must agree (Arm ARM D8.7.1, D8.16.1).
void change_leaf(const Leaf& leaf, const FrameSize& size, VirtAddr address, PhysAddr frame,
                 PageAttributes attributes) {
    if (size.grouped()) {
        remove_leaf(leaf, size, address);
        put_leaf(leaf, size, address, frame, attributes);
    } else {
        write_leaf(leaf.entry, size, frame, attributes);
        forget_translations(*leaf.space, size, address);
    }
}

bool is_free(const Entry* entry, const FrameSize& size) {
    unsigned rest = size.count();
    do {
        if (Format::kind(size.level, *entry++) != EntryKind::invalid)
            return false;
    } while (--rest != 0);
    return true;
}

/// Up to the end of a 4 KiB page; tells how many bytes that were.
size_t maintain_page(PhysAddr begin, size_t bytes, CacheOperation operation) {
    const auto rest = static_cast<size_t>(cache_step - begin.raw() % cache_step);
    if (bytes > rest)
        bytes = rest;
    if (operation == CacheOperation::unify)
        arch::make_physical_executable(begin, bytes);
    else if (operation == CacheOperation::clean)
        arch::clean_physical(begin, bytes);
    else
        arch::clean_physical_to_coherency(begin, bytes);
    return bytes;
}

/// RAM that changes its memory type is cleaned, and instructions become visible to fetch. A
/// preempted preparation goes on where it was: the unmapped frame's record says which and how far it got.
Failure prepare_memory(Slot& frame, size_t bytes, PageAttributes attributes, bool repeated) {
    const bool normal = attributes.type() == cobnut::MemoryType::normal;
    if (frame.frame_is_device() || (normal && !attributes.execute()))
        return {};
    const auto operation = normal ? CacheOperation::unify : CacheOperation::clean_invalidate;
    const uint64_t marker = Slot::space_id_end + (normal ? 1 : 0);
    size_t done = 0;
    if (repeated && frame.mapping_space() == marker)
        done = frame.mapping_address().raw();
    done += maintain_cache(frame.object.page() + done, bytes - done, operation);
    if (done == bytes)
        return {};
    frame.set_mapping(marker, VirtAddr(done));
    return error_preempted;
}

} // namespace

unsigned frame_bits(unsigned size_index) {
    const FrameSize& size = frame_sizes.of[size_index];
    return arch::has_leaf(size.level) ? size.bits : 0;
}

unsigned frame_size_index(unsigned bits) {
    for (unsigned i = 0; i < frame_size_count; ++i)
        if (frame_bits(i) == bits && bits != 0)
            return i;
    return frame_size_count;
}

Failure map_table(VSpace& space, Slot& table, VirtAddr address) {
    if (address.raw() >= Format::user_end)
        return {Error::out_of_range, 0, static_cast<Word>(Format::user_end - 1)};
    if (space_of(table) != nullptr)
        return Error::already_mapped;
    Tables::Position position;
    const bool is_root = !space.has_root();
    if (is_root) {
        if (!space_registry::insert(space))
            return Error::not_enough_memory;
    } else {
        position = Tables::find(space.root, address, Format::levels - 1);
        if (position.level == Format::levels - 1 ||
            Format::kind(position.level, *position.entry) == EntryKind::leaf)
            return Error::already_mapped;
    }
    void* memory = table.object.table();
    arch::clear_memory(memory, table_bytes);
    table.set_table_postponed(0);
    table.set_mapping(space.id, VirtAddr(static_cast<Word>(align_down(address.raw(), 4096))));
    if (is_root) {
        arch::init_root(memory);
        space.root = table_address(table);
        arch::current_cpu().reschedule = true; // it may be the current one's
        return {};
    }
    arch::write_page_table_entry(position.entry, Format::table(position.level,
                                                               table_address(table)));
    if (space.asid != arch::asid_none)
        arch::entry_added(space.asid, address);
    return {};
}

Failure unmap_table(Slot& table, bool used_too) {
    VSpace* space = space_of(table);
    if (space != nullptr) {
        const bool is_root = space->root == table_address(table);
        if (is_root || !is_empty(table)) {
            if (!is_root && !used_too)
                return Error::in_use;
            // Capabilities know their leaves, but leaves no capabilities: the records of what is
            // below can only go all together.
            lose_root(*space);
        } else {
            Entry* entry =
                Tables::find_table(space->root, table.mapping_address(), table_address(table)).entry;
            KERNEL_ASSERT(entry != nullptr);
            arch::write_page_table_entry(entry, 0);
            if (space->asid != arch::asid_none)
                arch::table_removed(space->asid);
        }
    }
    table.clear_mapping();
    return {};
}

Failure map_frame(VSpace& space, Slot& frame, VirtAddr address, PageAttributes attributes,
                  bool repeated) {
    const FrameSize& size = size_of(frame);
    const size_t bytes = size_t{1} << size.bits;
    if (!is_aligned(address.raw(), bytes))
        return {Error::misaligned, size.bits};
    if (address.raw() > Format::user_end - bytes)
        return {Error::out_of_range, 0, static_cast<Word>(Format::user_end - 1)};
    if (!space.has_root())
        return {Error::missing_table, word_bits};
    const auto position = Tables::find(space.root, address, size.level);
    if (position.level != size.level &&
        Format::kind(position.level, *position.entry) == EntryKind::invalid)
        return {Error::missing_table, Format::level[position.level].shift};
    const Leaf leaf{&space, position.entry};
    if (const VSpace* old = space_of(frame); old != nullptr) {
        if (old != &space || frame.mapping_address() != address)
            return Error::already_mapped;
        const auto now = Format::attributes(size.level, *leaf.entry);
        if (now.type() == attributes.type() && (now.execute() || !attributes.execute())) {
            change_leaf(leaf, size, address, frame.object.page(), attributes);
            return {};
        }
        // Break before make: no core may see the old and the new translation at a time.
        remove_leaf(leaf, size, address);
        frame.clear_mapping();
    } else if (position.level != size.level || !is_free(leaf.entry, size)) {
        return Error::already_mapped;
    }
    KERNEL_CHECK(prepare_memory(frame, bytes, attributes, repeated));
    put_leaf(leaf, size, address, frame.object.page(), attributes);
    frame.set_mapping(space.id, address);
    return {};
}

Failure set_rights(Slot& frame, bool write, bool execute) {
    const Leaf leaf = find_leaf(frame);
    if (leaf.space == nullptr)
        return Error::not_mapped;
    const FrameSize& size = size_of(frame);
    const PageAttributes now = Format::attributes(size.level, *leaf.entry);
    change_leaf(leaf, size, frame.mapping_address(), frame.object.page(),
                {now.write() && write, now.execute() && execute, now.type()});
    return {};
}

void unmap_frame(Slot& frame) {
    const Leaf leaf = find_leaf(frame);
    if (leaf.space != nullptr)
        remove_leaf(leaf, size_of(frame), frame.mapping_address());
    frame.clear_mapping();
}

MappingState mapping_of(const Slot& frame_or_table) {
    return {space_of(frame_or_table) != nullptr, frame_or_table.mapping_address()};
}

size_t maintain_cache(PhysAddr begin, size_t bytes, CacheOperation operation) {
    size_t done = 0;
    while (done < bytes && (done == 0 || !arch::interrupt_pending()))
        done += maintain_page(begin + done, bytes - done, operation);
    return done;
}

void destroy(VSpace& space) {
    if (space.has_root())
        lose_root(space);
}

} // namespace kernel::mm
