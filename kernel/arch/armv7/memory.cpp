// SPDX-License-Identifier: BSD-2-Clause
// Cache maintenance by address, clearing, and the kernel's mappings of device registers.
#include <generic/contract/memory.hpp>

#include <arch/kernel_tables.hpp>
#include <generic/base/panic.hpp>

namespace arch {

constinit uint32_t window_offset = 0;
constinit kernel::PhysRange window_range{};

namespace {

/// CTR.DminLine: log2 of the words of the smallest line.
uint32_t data_line() { return 4u << (cp15::CacheType::read() >> 16 & 15); }

template <class Operation>
void for_each_line(const void* begin, size_t size, uint32_t line) {
    const auto first = reinterpret_cast<uint32_t>(begin);
    for (uint32_t at = first & ~(line - 1); at < first + size; at += line)
        Operation::write(at);
}

void set_passing(uint64_t entry) {
    write_page_table_entry(
        &kernel_tables.small_level3[(layout::passing - layout::small_pages) / layout::page_size],
        entry);
    entry_removed(asid_count() - 1, kernel::VirtAddr{layout::passing}, 2, 1); // global: any ASID names it
}

template <class Operation>
void for_each_page(kernel::PhysAddr begin, size_t size, Operation&& operation) {
    if (in_window(begin, size)) {
        operation(to_virtual(begin), size);
        return;
    }
    while (size > 0) {
        const auto offset = static_cast<size_t>(begin.raw() % layout::page_size);
        const size_t rest = layout::page_size - offset;
        const size_t bytes = size < rest ? size : rest;
        set_passing(kernel_leaf(begin.raw() - offset, MemoryIndex::normal, true).raw());
        operation(reinterpret_cast<void*>(layout::passing + offset), bytes);
        set_passing(0);
        begin = begin + bytes;
        size -= bytes;
    }
}

} // namespace

void clear_memory(void* begin, size_t size) {
    auto* at = static_cast<uint64_t*>(begin);
    for (const uint64_t* const end = at + size / 8; at != end; at += 2) {
        at[0] = 0;
        at[1] = 0;
        asm volatile("" ::: "memory"); // stays a loop: no call of memset
    }
}

void clean(void* begin, size_t size) {
    for_each_line<cp15::CleanLine>(begin, size, data_line());
    dsb();
}

void clean_to_coherency(void* begin, size_t size) {
    for_each_line<cp15::CleanInvalidateLine>(begin, size, data_line());
    dsb();
}

/// Arm ARM A3.5.4. All instruction lines: by the kernel's address those that a virtually indexed cache holds under
/// the user's would stay.
void make_executable(void* begin, size_t size) {
    for_each_line<cp15::CleanLineToUnification>(begin, size, data_line());
    dsb_inner();
    cp15::InvalidateInstructionsInner::write(0);
    cp15::InvalidateBranchesInner::write(0);
    dsb_inner();
    isb();
}

void clear_physical(kernel::PhysAddr begin, size_t size) {
    for_each_page(begin, size, clear_memory);
}

void clean_physical_to_coherency(kernel::PhysAddr begin, size_t size) {
    for_each_page(begin, size, clean_to_coherency);
}

void clean_physical(kernel::PhysAddr begin, size_t size) {
    for_each_page(begin, size, clean);
}

void make_physical_executable(kernel::PhysAddr begin, size_t size) {
    for_each_page(begin, size, make_executable);
}

// The data cache of level 1 by set and way (Arm ARM B2.2.6), instruction cache, branch predictor and
// TLB. No other core runs, so that set and way find all there is.
void flush_for_partition() {
    cp15::CacheSelect::write(0);
    isb();
    const uint32_t size = cp15::CacheSize::read();
    const uint32_t line_shift = (size & 7) + 4;
    const uint32_t last_way = size >> 3 & 0x3ff;
    const uint32_t last_set = size >> 13 & 0x7fff;
    const int way_shift = last_way == 0 ? 0 : __builtin_clz(last_way);
    for (uint32_t way = 0; way <= last_way; ++way)
        for (uint32_t set = 0; set <= last_set; ++set)
            cp15::CleanInvalidateSetWay::write(way << way_shift | set << line_shift);
    dsb();
    cp15::InvalidateInstructionsInner::write(0);
    cp15::InvalidateBranchesInner::write(0);
    cp15::TlbInvalidateAll::write(0);
    dsb();
    isb();
}

SpaceToken empty_token() {
    return make_token(physical_of_image(kernel_tables.empty_root), 0);
}

} // namespace arch
