// SPDX-License-Identifier: BSD-2-Clause
// Runs before the MMU is on, at the load address: leaves EL2, builds the first tables, turns MMU
// and caches on.
#include <arch/cpu.hpp>
#include <arch/layout.hpp>
#include <arch/system_registers.hpp>
#include <stddef.h>
#include <stdint.h>

#define BOOT_TEXT [[gnu::section(".boot.text")]]

namespace arch {

// Root, third-level-up and 2 MiB tables of the kernel's half; they stay.
[[gnu::section(".data.tables")]] constinit TableArray kernel_root{};
[[gnu::section(".data.tables")]] constinit TableArray kernel_image_level1{};
[[gnu::section(".data.tables")]] constinit TableArray kernel_image_level2{};

namespace {

[[gnu::section(".boot.data")]] constinit TableArray identity_tables[3]{};

// Code runs here at an address that is image_data_offset nearer to the data than it was linked for.
template <class T>
BOOT_TEXT T* loaded(T& object) {
    return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(&object) - image_data_offset);
}

BOOT_TEXT uint64_t table_entry(const TableArray* table) {
    return reinterpret_cast<uintptr_t>(table) | descriptor_table;
}

// What was written with the MMU off lies in memory; a line that a cache holds is older (D4.4.6).
BOOT_TEXT void invalidate(const void* start, size_t size) {
    const uint64_t line = CacheType::read().data_line();
    const auto begin = reinterpret_cast<uintptr_t>(start);
    for (uintptr_t at = begin & ~(line - 1); at < begin + size; at += line)
        asm volatile("dc ivac, %0" ::"r"(at) : "memory");
}

BOOT_TEXT void map_identity(uint64_t image) {
    TableArray* tables = loaded(identity_tables[0]);
    tables[0].entry[image >> 39 & 511] = table_entry(&tables[1]);
    tables[1].entry[image >> 30 & 511] = table_entry(&tables[2]);
    tables[2].entry[image >> 21 & 511] = image | block_text;
    invalidate(tables, sizeof identity_tables);
}

// The 2 MiB pages that the blob at this address lies in: no more, for nothing but RAM may be
// mapped.
BOOT_TEXT uint64_t blocks_of(uint64_t device_tree) {
    constexpr uint32_t magic = 0xedfe0dd0; // as a little-endian core loads it
    if (device_tree == 0 || device_tree % 8 != 0)
        return 0;
    const auto* header = reinterpret_cast<const uint32_t*>(device_tree);
    const uint64_t size = header[0] == magic ? __builtin_bswap32(header[1]) : 0;
    return (device_tree & (block_size - 1)) + size > block_size ? device_tree_blocks : 1;
}

BOOT_TEXT void map_kernel(uint64_t image, uint64_t device_tree) {
    TableArray* root = loaded(kernel_root);
    TableArray* level1 = loaded(kernel_image_level1);
    TableArray* level2 = loaded(kernel_image_level2);
    root->entry[image_text >> 39 & 511] = table_entry(level1);
    level1->entry[image_text >> 30 & 511] = table_entry(level2);
    level2->entry[0] = image | block_text;
    level2->entry[image_data_offset >> 21] = image | block_data;
    const uint64_t blob = device_tree & ~(block_size - 1);
    for (uint64_t n = 0; n < blocks_of(device_tree); ++n)
        level2->entry[(device_tree_window >> 21 & 511) + n] =
            (blob + n * block_size) | block_constant;
    invalidate(root, sizeof *root);
    invalidate(level1, sizeof *level1);
    invalidate(level2, sizeof *level2);
}

BOOT_TEXT TranslationControl translation_control() {
    using T = TranslationControl;
    const auto features = MemoryFeatures0::read();
    const uint8_t range = features.get<MemoryFeatures0::PhysicalRange>();
    return T{}
        .with<T::Size0>(16)
        .with<T::Inner0>(1)
        .with<T::Outer0>(1)
        .with<T::Share0>(3)
        .with<T::Size1>(16)
        .with<T::Inner1>(1)
        .with<T::Outer1>(1)
        .with<T::Share1>(3)
        .with<T::Granule1>(2)
        .with<T::PhysicalSize>(range < 5 ? range : uint8_t{5})
        .with<T::Asid16>(features.asid16());
}

} // namespace

// Returns false, with the MMU off, when the image does not lie at a 2 MiB boundary.
extern "C" BOOT_TEXT bool boot_enable_mmu(uint64_t image, uint64_t device_tree) {
    if ((image & (block_size - 1)) != 0)
        return false;
    map_kernel(image, device_tree);
    map_identity(image);
    asm volatile("dsb sy\n\ttlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" ::: "memory");
    asm volatile("msr mair_el1, %0" ::"r"(memory_attributes));
    TranslationControl::write(translation_control());
    asm volatile("msr ttbr0_el1, %0" ::"r"(loaded(identity_tables[0])));
    asm volatile("msr ttbr1_el1, %0\n\tisb" ::"r"(loaded(kernel_root)));
    using S = SystemControl;
    S::write(S{S::off}
                 .set<S::Mmu, S::DataCache, S::StackAlignment, S::StackAlignmentUser,
                      S::InstructionCache>()
                 .clear<S::KeepPan>());
    return true;
}

// EL1 gets everything EL2 could withhold from it: timers, counters, floating point, GIC registers.
extern "C" BOOT_TEXT void boot_leave_el2() {
    asm volatile(
        "msr hcr_el2, %0\n\tisb" ::"r"(uint64_t{1} << 31)); // EL1 is AArch64, no traps, not VHE
    asm volatile("msr cnthctl_el2, %0" ::"r"(uint64_t{3}));
    asm volatile("msr cntvoff_el2, xzr\n\tmsr vttbr_el2, xzr\n\tmsr hstr_el2, xzr");
    asm volatile("msr cptr_el2, %0" ::"r"(uint64_t{0x33ff})); // RES1 bits, no trap
    uint64_t value;
    asm volatile("mrs %0, midr_el1\n\tmsr vpidr_el2, %0" : "=r"(value));
    asm volatile("mrs %0, mpidr_el1\n\tmsr vmpidr_el2, %0" : "=r"(value));
    value = 0;
    if (has_cycle_counter()) // PMCR_EL0 is undefined without PMUv3
        asm volatile("mrs %0, pmcr_el0" : "=r"(value));
    asm volatile("msr mdcr_el2, %0" ::"r"(value >> 11 & 31)); // all event counters to EL1
    if (MemoryFeatures0::read().get<MemoryFeatures0::FineTraps>() != 0)
        asm volatile("msr s3_4_c1_c1_4, xzr\n\tmsr s3_4_c1_c1_5, xzr\n\t" // HFGRTR_EL2, HFGWTR_EL2
                     "msr s3_4_c1_c1_6, xzr\n\tmsr s3_4_c3_c1_4, xzr\n\t" // HFGITR_EL2, HDFGRTR_EL2
                     "msr s3_4_c3_c1_5, xzr");                            // HDFGWTR_EL2
    if (MemoryFeatures1::read().get<MemoryFeatures1::ExtendedHypervisor>() != 0)
        asm volatile("msr s3_4_c1_c2_2, xzr"); // HCRX_EL2
    if (ProcessorFeatures::read().get<ProcessorFeatures::GicRegisters>() != 0)
        asm volatile(
            "msr s3_4_c12_c9_5, %0\n\tisb\n\tmsr s3_4_c12_c11_0, xzr" // ICC_SRE_EL2, ICH_HCR_EL2
            ::"r"(uint64_t{0xf}));
}

} // namespace arch
