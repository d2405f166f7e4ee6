// SPDX-License-Identifier: BSD-2-Clause
// The root task: its capability space, address space and first thread.
#pragma once

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/format/elf.hpp>
#include <generic/boot/memory_plan.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

namespace kernel::boot {

/// Where the root task finds what the kernel maps for it; its own segments lie below.
struct RootLayout {
    static constexpr Word program_end = 0x50000000;
    static constexpr Word stack_bytes = 0x10000;
    static constexpr Word stack_top = 0x5fff0000;
    static constexpr Word ipc_buffer = 0x5fff4000;
    static constexpr Word areas = 0x60000000;
    static constexpr Word areas_end = 0x7fff0000;
};

/// Builds the root task. Slots of the root CNode are handed out from RootSlot::first_free on.
class RootTask {
public:
    RootTask(const Machine& machine, FreeMemory& free, unsigned cnode_bits);

    /// A capability without parent in one of the fixed slots.
    Slot& fixed_slot(cobnut::RootSlot slot);
    Slot& next_slot();
    [[nodiscard]] Word next_slot_index() const { return next_; }
    [[nodiscard]] Word slot_count() const { return Word{1} << cnode_bits_; }

    /// Maps fresh memory; returns its physical address.
    PhysAddr map_new(Word address, PhysAddr memory, bool write, bool execute, Slot& frame);
    void load(const cobnut::elf::Image& image);
    void make_stack_and_buffer();
    /// Maps memory that is there already, as Frames, read-only.
    cobnut::BootArea map_area(PhysRange pages, Word address, Word size);
    /// Makes the area's Frames in this block children of its Untyped, which is used up by them.
    void adopt(Slot& untyped, const cobnut::BootArea& area);
    /// The root Untyped of a block.
    Slot& make_untyped(PhysAddr address, unsigned bits, cobnut::RegionKind kind);

    void start(Word entry, Word boot_info_address);
    [[nodiscard]] Thread& thread() { return *thread_; }
    [[nodiscard]] PhysAddr allocate_page();

private:
    void make_objects();
    void map(Slot& frame, Word address, bool write, bool execute);

    const Machine& machine_;
    FreeMemory& free_;
    unsigned cnode_bits_;
    Slot* cnode_;
    Word next_;
    Thread* thread_ = nullptr;
    VSpace* space_ = nullptr;
    PhysAddr buffer_;
};

} // namespace kernel::boot
