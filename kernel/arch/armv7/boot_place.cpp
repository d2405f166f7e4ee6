// SPDX-License-Identifier: BSD-2-Clause
// Moves an image that the loader put where no page of 2 MiB can show it at its linked address.
#include <arch/boot_place.hpp>

#include <arch/instructions.hpp>
#include <arch/kernel_tables.hpp>
#include <arch/memory.hpp>
#include <cobnut/format/fdt.hpp>
#include <generic/base/attributes.hpp>

namespace arch {

namespace {

using cobnut::fdt::Region;
using namespace layout;

extern "C" [[noreturn]] void boot_restart(uint32_t device_tree, uint32_t to, uint32_t from);

KERNEL_BOOT void map_block(uint32_t address, uint32_t physical) {
    write_page_table_entry(
        &kernel_tables.image_level2[(address & 0x3fffffff) / block_size],
        kernel_leaf(physical & ~(block_size - 1), MemoryIndex::normal, false).raw());
    dsb_inner();
    isb();
}

/// Where [begin, begin + size) may not lie.
struct Search {
    Region image;
    Region blob;
    const cobnut::fdt::Tree& tree;

    static bool overlap(const Region& a, const Region& b) {
        return a.base < b.base + b.size && b.base < a.base + a.size;
    }

    KERNEL_BOOT bool is_free(const Region& place) const {
        bool free = !overlap(place, image) && !overlap(place, blob);
        if (const auto archive = cobnut::fdt::initrd(tree); archive)
            free = free && !overlap(place, *archive);
        tree.for_each_memory_reserve([&](uint64_t base, uint64_t size) {
            free = free && !overlap(place, Region{base, size});
        });
        (void)cobnut::fdt::for_each_reserved_memory(
            tree, [&](cobnut::fdt::Node, const Region& region) {
                free = free && !overlap(place, region);
            });
        return free;
    }

    /// The first free place of the image's size in RAM below 4 GiB; 0: none.
    KERNEL_BOOT uint32_t find() const {
        uint32_t found = 0;
        (void)cobnut::fdt::for_each_memory(tree, [&](const Region& bank) {
            const uint64_t end = bank.base + bank.size;
            uint64_t at = kernel::align_down(bank.base, block_size) + image_load_offset;
            for (; found == 0 && at + image.size <= end && at < 0xffe00000; at += block_size)
                if (at >= bank.base && is_free({at, image.size}))
                    found = static_cast<uint32_t>(at);
        });
        return found;
    }
};

} // namespace

KERNEL_BOOT Blob map_blob(uint32_t physical) {
    map_block(boot_blob, physical);
    const uint32_t offset = physical % block_size;
    const auto* const begin = reinterpret_cast<const void*>(boot_blob + offset);
    uint32_t limit = block_size - offset;
    if (limit >= 8 && cobnut::fdt::blob_size(begin) > limit) {
        map_block(boot_blob + block_size, physical + limit);
        limit += block_size;
    }
    return {begin, limit};
}

KERNEL_BOOT void unmap_blob() {
    for (uint32_t block = 0; block < 2; ++block)
        write_page_table_entry(
            &kernel_tables.image_level2[(boot_blob & 0x3fffffff) / block_size + block], 0);
    dsb_inner();
    cp15::TlbInvalidateAll::write(0);
    dsb_inner();
    isb();
}

/// No console is known here: without a readable tree or a place the core stops.
KERNEL_BOOT void move_image(uint32_t device_tree, uint32_t begin) {
    const Blob blob = map_blob(device_tree);
    const cobnut::fdt::Tree tree{cobnut::format::Bytes{blob.begin, blob.limit}};
    const auto size = static_cast<uint32_t>(image_end - image_begin);
    const Search search{{begin, size}, {device_tree, tree.size()}, tree};
    const uint32_t place = search.find();
    if (place == 0)
        for (;;)
            asm volatile("wfi");
    map_block(boot_copy, place);
    auto* const to = reinterpret_cast<volatile uint32_t*>(boot_copy + image_load_offset);
    const auto* const from = reinterpret_cast<const uint32_t*>(image_begin);
    for (uint32_t word = 0; word < size / 4; ++word)
        to[word] = from[word];
    // Tables of this run are no part of the image as loaded.
    const auto tables = reinterpret_cast<uint32_t>(&kernel_tables) - image_data -
                        image_load_offset;
    for (uint32_t word = 0; word < sizeof(KernelTables) / 4; ++word)
        to[tables / 4 + word] = 0;
    clean_to_coherency(reinterpret_cast<void*>(boot_copy + image_load_offset), size);
    boot_restart(device_tree, place, begin);
}

} // namespace arch
