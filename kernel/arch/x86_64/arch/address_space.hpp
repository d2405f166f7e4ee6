// SPDX-License-Identifier: BSD-2-Clause
// CR3, process-context identifiers where the CPU has them together with INVPCID, and TLB
// maintenance.
#pragma once

#include <arch/entry_area.hpp>
#include <arch/instructions.hpp>
#include <arch/memory.hpp>

namespace arch {

struct SpaceToken {
    uint64_t cr3 = 0;
    bool operator==(const SpaceToken&) const = default;
};

constexpr unsigned asid_none = ~0u;

struct AddressSpaces {
    uint64_t empty_root = 0;
    unsigned asids = 1;
    bool huge_pages = false; ///< CPUID.80000001H:EDX[26]
};
extern AddressSpaces address_spaces;

// Bit 63 keeps what the TLB holds of the identifier; without identifiers it must be 0.
constexpr uint64_t keep_translations = uint64_t{1} << 63;

inline unsigned asid_count() { return address_spaces.asids; }

inline SpaceToken make_token(kernel::PhysAddr root, unsigned asid) {
    if (address_spaces.asids == 1)
        return {root.raw()};
    return {root.raw() | asid | keep_translations};
}

inline SpaceToken empty_token() {
    return make_token(kernel::PhysAddr{address_spaces.empty_root}, entry_area::empty_identifier);
}

inline void activate(SpaceToken token) {
    entry_area::activate(token.cr3, keep_translations);
}

// The upper half of every root is the kernel's and never changes after boot.
inline void init_root(void* table) {
    constexpr unsigned half = 256;
    auto* to = static_cast<uint64_t*>(table) + half;
    const auto* from =
        static_cast<const uint64_t*>(to_virtual(kernel::PhysAddr{address_spaces.empty_root})) +
        half;
    for (unsigned index = 0; index < half; ++index) // the table is clear
        if (from[index] != 0)
            to[index] = from[index];
}

enum class Invalidate : uint64_t { address = 0, context = 1 };

inline void invalidate(Invalidate what, unsigned asid, uint64_t address) {
    const uint64_t descriptor[2] = {asid, address};
    asm volatile("invpcid %0, %1" ::"m"(descriptor), "r"(static_cast<uint64_t>(what)) : "memory");
}

// The CPU caches no entry that is not present (SDM vol. 3, 4.10.2.3).
inline void entry_added(unsigned, kernel::VirtAddr) {}

// Without identifiers only the current space can have translations, and a stray invlpg is harmless.
inline void entry_removed(unsigned asid, kernel::VirtAddr address, unsigned, unsigned) {
    if (address_spaces.asids == 1)
        asm volatile("invlpg (%0)" ::"r"(address.raw()) : "memory");
    else if (asid != asid_none)
        invalidate(Invalidate::address, asid, address.raw());
}

/// Pages of 1 GiB are an extension.
inline bool has_leaf(unsigned level) { return level > 1 || address_spaces.huge_pages; }

inline void table_removed(unsigned asid) {
    if (address_spaces.asids == 1)
        write_control<3>(read_control<3>());
    else if (asid != asid_none)
        invalidate(Invalidate::context, asid, 0);
}

} // namespace arch
