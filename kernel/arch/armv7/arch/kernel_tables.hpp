// SPDX-License-Identifier: BSD-2-Clause
// The translation tables of the kernel's half; link.ld places them, start.S makes their first entries.
#pragma once

#include <arch/address_space.hpp>
#include <arch/layout.hpp>
#include <arch/page_format.hpp>

namespace arch {

struct alignas(4096) KernelTables {
    uint64_t level1[4];         ///< Of all 4 GiB; TTBR1 uses the upper two.
    uint64_t empty_root[4];     ///< User half of the empty space.
    uint64_t unused[504];
    uint64_t image_level2[512]; ///< 0xc0000000 to the end.
    uint64_t window_level2[512];///< 0x80000000 to there.
    uint64_t small_level3[512]; ///< layout::small_pages.
};

static_assert(sizeof(KernelTables) == 4 * 4096);

extern "C" {
extern KernelTables kernel_tables;
extern char image_begin[], image_end[], boot_begin[], boot_end[], data_begin[], data_end[];
}

extern uint32_t image_physical; ///< Of layout::image: where the image's block lies.

/// Of something in the image's data.
inline kernel::PhysAddr physical_of_image(const void* data) {
    return kernel::PhysAddr{reinterpret_cast<uint32_t>(data) - layout::image_data + image_physical};
}

/// A leaf of the kernel's own, global.
constexpr LongDescriptor kernel_leaf(uint64_t physical, uint8_t memory, bool last_level) {
    using D = LongDescriptor;
    D entry = D{}.set<D::Valid, D::Accessed, D::KernelExecuteNever, D::ExecuteNever>()
                  .with<D::Shareability>(D::inner_shareable)
                  .with<D::MemoryIndex>(memory)
                  .with<D::Address>(physical);
    return last_level ? entry.set<D::NotBlock>() : entry;
}

} // namespace arch
