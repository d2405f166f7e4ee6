// SPDX-License-Identifier: BSD-2-Clause
// Runs before translation is on, where the image was loaded: builds the first tables.
#include <arch/csr.hpp>
#include <arch/layout.hpp>
#include <generic/base/attributes.hpp>
#include <platforms/drivers/power/sbi_reset.hpp>

namespace arch {

// The root and the tables below it; they stay.
[[gnu::section(".data.tables")]] constinit Table kernel_root{};
[[gnu::section(".data.tables")]] constinit Table kernel_image_blocks{};
[[gnu::section(".data.kept")]] constinit uint64_t data_to_physical = 0; // .bss is cleared later

namespace {

// Code runs here at an address that is image_data_offset nearer to the data than it was linked for.
template <class T>
[[gnu::always_inline]] inline T* loaded(T& object) {
    return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(&object) - image_data_offset);
}

} // namespace

/// Returns what satp gets. The blob is mapped too, read-only, to be looked at before the first
/// store beyond the loaded image.
extern "C" [[gnu::used]] KERNEL_BOOT uint64_t boot_tables(uint64_t image, uint64_t device_tree) {
    if ((image & (block_size - 1)) != 0) {
        platform::sbi::put("cobnut: fatal: the kernel image does not lie at a multiple of 2 MiB\n");
        platform::SbiReset{}.power_off();
        for (;;)
            asm volatile("wfi");
    }
    *loaded(data_to_physical) = image - image_text - image_data_offset;
    Table* const root = loaded(kernel_root);
    Table* const blocks = loaded(kernel_image_blocks);
    root->entry[root_index(image_text)] = table_entry(reinterpret_cast<uint64_t>(blocks));
    blocks->entry[block_index(image_text)] = text_leaf(image);
    blocks->entry[block_index(image_text + image_data_offset)] = data_leaf(image);
    const uint64_t blob = device_tree & ~(block_size - 1);
    for (uint64_t n = 0; n < device_tree_blocks; ++n)
        blocks->entry[block_index(device_tree_window) + n] = constant_leaf(blob + n * block_size);
    return csr::Translation{}
        .with<csr::Translation::Mode>(csr::mode_sv39)
        .with<csr::Translation::Root>(reinterpret_cast<uint64_t>(root) >> 12)
        .raw();
}

} // namespace arch
