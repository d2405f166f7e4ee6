// SPDX-License-Identifier: BSD-2-Clause
// Runs at the load address with MMU and caches off: opens what HYP could withhold, makes the first tables, turns the MMU on.
#include <arch/instructions.hpp>
#include <arch/kernel_tables.hpp>
#include <generic/base/attributes.hpp>

// No global object may be named here: its address would be the linked one. Symbols of link.ld that
// are offsets or sizes are numbers.
extern "C" {
extern char kernel_tables_offset[], boot_tables_offset[], image_size[];
}

namespace arch {

namespace {

using namespace layout;

/// MAIR0: write-back, uncached, device, strongly ordered, by MemoryIndex.
constexpr uint32_t memory_attributes = 0x000444ff;
/// TTBCR: long descriptors, cacheable shareable walks, T1SZ = 0; T0SZ = 0 until the identity goes.
constexpr uint32_t translation_control = 0xb5003500;
/// SCTLR: M, A, C, I, V, WXN, UWXN, EE, TRE, AFE, TE.
constexpr uint32_t control_off = 0x72183007;
constexpr uint32_t control_on = 0x1805; ///< M, C, Z, I

constexpr uint64_t table_at(uint32_t physical) {
    return LongDescriptor{}.set<LongDescriptor::Valid, LongDescriptor::NotBlock>()
        .with<LongDescriptor::Address>(physical).raw();
}

constexpr uint64_t normal(uint32_t physical, bool last_level) {
    return kernel_leaf(physical, MemoryIndex::normal, last_level).raw();
}

constexpr uint64_t executable(uint64_t leaf) {
    return LongDescriptor{leaf}.clear<LongDescriptor::KernelExecuteNever, LongDescriptor::ExecuteNever>().raw();
}

constexpr uint64_t read_only(uint64_t leaf) {
    return LongDescriptor{leaf}.set<LongDescriptor::ReadOnly>().raw();
}

/// What is written with the cache off must not be hidden by an old line: out with all of the image.
KERNEL_BOOT void clean_image(uint32_t begin, uint32_t end) {
    const uint32_t line = 4u << (cp15::CacheType::read() >> 16 & 15);
    for (uint32_t at = begin; at < end; at += line)
        cp15::CleanInvalidateLine::write(at);
    dsb();
}

/// The image at its linked place: two blocks with their final rights when it lies congruent to that,
/// else one table of pages with all rights for both, until boot_place.cpp has moved it.
KERNEL_BOOT void map_image(uint64_t* level2, uint64_t* spare_table, uint32_t begin, uint32_t end) {
    constexpr uint32_t text = (image & 0x3fffffff) / block_size;
    constexpr uint32_t data = (image_data & 0x3fffffff) / block_size;
    if (begin % block_size == image_load_offset) {
        const uint64_t block = normal(begin - image_load_offset, false);
        level2[text] = read_only(executable(block));
        level2[data] = block;
        return;
    }
    uint64_t* entry = spare_table + image_load_offset / page_size;
    for (uint32_t page = begin; page < end; page += page_size)
        *entry++ = executable(normal(page, true));
    level2[text] = level2[data] = table_at(reinterpret_cast<uint32_t>(spare_table));
}

} // namespace

/// From HYP: SVC gets everything, and sees the real CPU (Arm ARM B4.1.71, B8.1.5).
extern "C" [[gnu::used]] KERNEL_BOOT void boot_open_svc() {
    Cp15<1, 4, 1, 0>::write(0);                             // HCR
    Cp15<1, 4, 1, 3>::write(0);                             // HSTR
    Cp15<1, 4, 1, 2>::write(0x33ff);                        // HCPTR: bits that are one by definition
    Cp15<1, 4, 1, 1>::write(Cp15<1, 4, 1, 1>::read() & 31); // HDCR: HPMN only
    Cp15<14, 4, 1, 0>::write(Cp15<14, 4, 1, 0>::read() | 3); // CNTHCTL: counter and timer
    Cp15Wide<4, 14>::write(0);                              // CNTVOFF
    Cp15<0, 4, 0, 0>::write(Cp15<0, 0, 0, 0>::read());      // VPIDR = MIDR
    Cp15<0, 4, 0, 5>::write(cp15::Mpidr::read());           // VMPIDR
    if (Cp15<0, 0, 1, 1>::read() >> 28 != 0) {              // ID_PFR1: a GICv3 by system registers
        Cp15<12, 4, 9, 5>::write(0xf);                      // ICC_HSRE
        isb();
        Cp15<12, 4, 11, 0>::write(0);                       // ICH_HCR
    }
}

extern "C" [[gnu::used]] KERNEL_BOOT void boot_enable_mmu(uint32_t begin) {
    const uint32_t end = begin + reinterpret_cast<uint32_t>(image_size);
    cp15::Sctlr::write(cp15::Sctlr::read() & ~control_off);
    isb();
    clean_image(begin, end);
    auto* const tables = reinterpret_cast<KernelTables*>(
        begin + reinterpret_cast<uint32_t>(kernel_tables_offset));
    auto* const spare = reinterpret_cast<uint64_t*>(
        begin + reinterpret_cast<uint32_t>(boot_tables_offset));
    tables->level1[3] = table_at(reinterpret_cast<uint32_t>(tables->image_level2));
    map_image(tables->image_level2, spare + 512, begin, end);
    // This code where it runs; boot.cpp removes that.
    const uint32_t place = begin >> 30;
    uint64_t* const identity = place == 3 ? tables->image_level2 : spare;
    tables->level1[place] = table_at(reinterpret_cast<uint32_t>(identity));
    identity[begin / block_size % 512] = executable(normal(begin & ~(block_size - 1), false));
    dsb();
    Cp15<7, 0, 5, 0>::write(0); // ICIALLU
    Cp15<7, 0, 5, 6>::write(0); // BPIALL
    cp15::TlbInvalidateAll::write(0);
    Cp15<10, 0, 2, 0>::write(memory_attributes);
    cp15::Ttbcr::write(translation_control);
    cp15::Ttbr0::write(reinterpret_cast<uint32_t>(tables));
    cp15::Ttbr1::write(reinterpret_cast<uint32_t>(tables));
    dsb();
    isb();
    cp15::Sctlr::write(cp15::Sctlr::read() | control_on);
    isb();
}

} // namespace arch
