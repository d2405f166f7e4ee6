// SPDX-License-Identifier: BSD-2-Clause
// User address spaces in satp with their identifier, and TLB maintenance (Privileged
// Architecture 4.2.1).
#pragma once

#include <arch/csr.hpp>
#include <arch/layout.hpp>

namespace arch {

/// What is written to satp.
using SpaceToken = uint64_t;

constexpr unsigned asid_none = 0x80000000; // negative when loaded: the fastpath's cheapest test

extern unsigned asid_limit;
inline unsigned asid_count() { return asid_limit; }

constexpr SpaceToken token_of(kernel::PhysAddr root, unsigned asid) {
    return csr::Translation{}
        .with<csr::Translation::Mode>(csr::mode_sv39)
        .with<csr::Translation::Asid>(asid)
        .with<csr::Translation::Root>(root.raw() >> 12)
        .raw();
}

inline SpaceToken empty_token() {
    return token_of(kernel::PhysAddr{physical_of_data(&kernel_root)}, 0);
}

// With rs2 = 0 in a register, not x0, global entries stay.
inline void fence_space(unsigned asid) {
    asm volatile("sfence.vma x0, %0" ::"r"(uint64_t{asid}) : "memory");
}
inline void fence_page(unsigned asid, kernel::VirtAddr address) {
    asm volatile("sfence.vma %0, %1" ::"r"(address.raw()), "r"(uint64_t{asid}) : "memory");
}

// Writing satp orders nothing: entries that were written while the space had no identifier become
// visible to the walker by the fence.
inline SpaceToken make_token(kernel::PhysAddr root, unsigned asid) {
    fence_space(asid);
    return token_of(root, asid);
}

/// Identifier 0 belongs to every space where the hardware has no others, else to the empty one.
inline void activate(SpaceToken token) {
    csr::write_satp(csr::Translation{token});
    if (csr::Translation{token}.get<csr::Translation::Asid>() == 0)
        fence_space(0);
}

/// The upper half is the same in all spaces; its entries never change after the boot.
inline void init_root(void* table) {
    auto* const root = static_cast<Table*>(table);
    for (unsigned index = 256; index < 512; ++index) // the table is clear
        if (kernel_root.entry[index] != 0)
            root->entry[index] = kernel_root.entry[index];
}

// Invalid entries may be cached too.
inline void entry_added(unsigned asid, kernel::VirtAddr address) {
    if (asid != asid_none)
        fence_page(asid, address);
}

inline void entry_removed(unsigned asid, kernel::VirtAddr address, unsigned, unsigned) {
    if (asid != asid_none)
        fence_page(asid, address);
}

constexpr bool has_leaf(unsigned) { return true; }

// A fence without an address also forgets what is cached of tables (4.2.1).
inline void table_removed(unsigned asid) {
    if (asid != asid_none)
        fence_space(asid);
}

} // namespace arch
