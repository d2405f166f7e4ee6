// SPDX-License-Identifier: BSD-2-Clause
// User address spaces in TTBR0_EL1 with their identifier, and TLB maintenance (Arm ARM D8.13).
#pragma once

#include <arch/layout.hpp>
#include <arch/page_format.hpp>
#include <arch/system_registers.hpp>
#include <generic/base/types.hpp>

namespace arch {

/// What is written to TTBR0_EL1: table in bits 47-1, ASID in 63-48 (TCR_EL1.A1 = 0).
using SpaceToken = uint64_t;

constexpr unsigned asid_none = ~0u;
/// The boot code has set the field to what the core has: 8 or 16 bits.
inline unsigned asid_count() {
    return TranslationControl::read().get<TranslationControl::Asid16>() ? 1 << 16 : 1 << 8;
}

extern SpaceToken empty_space_token;

// Entries that were written while the space had no ASID become visible to the walker before it can
// be switched to.
inline SpaceToken make_token(kernel::PhysAddr root, unsigned asid) {
    asm volatile("dsb ishst" ::: "memory");
    return root.raw() | uint64_t{asid} << 48;
}
inline SpaceToken empty_token() { return empty_space_token; }

// One write changes table and ASID together, and the exception return synchronises it; between
// here and there the kernel uses no user address.
inline void activate(SpaceToken token) {
    asm volatile("msr ttbr0_el1, %0" ::"r"(token) : "memory");
}

constexpr void init_root(void*) {}

inline void entry_added(unsigned, kernel::VirtAddr) {
    asm volatile("dsb ishst\n\tisb" ::: "memory");
}

// Each entry of a contiguous group by its own address: the TLB may hold them one by one (D8.7.1).
inline void entry_removed(unsigned asid, kernel::VirtAddr address, unsigned level,
                          unsigned count) {
    asm volatile("dsb ishst" ::: "memory");
    uint64_t page = uint64_t{asid} << 48 | (address.raw() >> 12 & 0xfffffffffff);
    for (; asid != asid_none && count > 0; --count) {
        asm volatile("tlbi vae1is, %0" ::"r"(page) : "memory");
        page += uint64_t{1} << (PageFormat::levels - 1 - level) * 9; // pages of a leaf
    }
    asm volatile("dsb ish\n\tisb" ::: "memory");
}

constexpr bool has_leaf(unsigned) { return true; }

// The first isb: TTBR0 may have just been written, and no walk from its old value may follow the
// invalidation (D8.2.2 Context synchronization).
inline void table_removed(unsigned asid) {
    asm volatile("isb\n\tdsb ishst" ::: "memory");
    if (asid != asid_none)
        asm volatile("tlbi aside1is, %0\n\tdsb ish" ::"r"(uint64_t{asid} << 48) : "memory");
    asm volatile("isb" ::: "memory");
}

} // namespace arch
