// SPDX-License-Identifier: BSD-2-Clause
// Address spaces: TTBR0 with the ASID inside (LPAE), so that a switch is one write without a reserved ASID.
#pragma once

#include <arch/instructions.hpp>
#include <arch/page_format.hpp>
#include <generic/base/types.hpp>

#include <stdint.h>

namespace arch {

/// TTBR0: table base 39-4, ASID in bits 55-48.
using SpaceToken = uint64_t;

inline constexpr unsigned asid_none = 0; ///< Also the kernel's own, of the empty space.

constexpr unsigned asid_count() { return 256; }

/// A root may have been cleared without another entry since: the walker sees it (Arm ARM B3.10.1).
inline SpaceToken make_token(kernel::PhysAddr root, unsigned asid) {
    dsb_stores();
    return root.raw() | uint64_t{asid} << 48;
}

SpaceToken empty_token();

[[gnu::always_inline]] inline void activate(SpaceToken token) {
    asm volatile("mcrr p15, 0, %Q0, %R0, c2" : : "r"(token) : "memory");
}

/// TTBR1 has the kernel's half.
inline void init_root(void*) {}

/// Invalid entries are not cached; the walker must only see the store (Arm ARM B3.10.1).
inline void entry_added(unsigned, kernel::VirtAddr) { dsb_stores(); }

/// Each entry of a contiguous group by its own address: the TLB may hold them one by one.
inline void entry_removed(unsigned asid, kernel::VirtAddr address, unsigned level,
                          unsigned count) {
    dsb_stores();
    kernel::Word page = (address.raw() & ~kernel::Word{0xfff}) | asid;
    for (; asid != asid_none && count > 0; --count) {
        cp15::TlbInvalidatePageInner::write(page);
        page += kernel::Word{1} << PageFormat::level[level].shift;
    }
    dsb_inner();
    isb();
}

constexpr bool has_leaf(unsigned) { return true; }

/// By ASID: also drops what is cached of the levels above the last. isb: TTBR0 may have just been written, and
/// no walk from its old value may follow the invalidation (Arm ARM B3.10.4).
inline void table_removed(unsigned asid) {
    isb();
    dsb_stores();
    if (asid != asid_none)
        cp15::TlbInvalidateAsidInner::write(asid);
    dsb_inner();
    isb();
}

} // namespace arch
