// SPDX-License-Identifier: BSD-2-Clause
// Address spaces: TTBR0 with the ASID inside (LPAE), so that a switch is one write without a reserved ASID.
#pragma once

#include <arch/instructions.hpp>
#include <arch/page_format.hpp>
#include <generic/base/types.hpp>

#include <stdint.h>

namespace arch {

/// The two halves of TTBR0: table base 31-4, and ASID in bits 23-16 over base 39-32.
struct SpaceToken {
    uint32_t low;
    uint32_t high;

    constexpr bool operator==(const SpaceToken&) const = default;
};

inline constexpr unsigned asid_none = 0; ///< Also the kernel's own, of the empty space.

constexpr unsigned asid_count() { return 256; }

/// A root may have been cleared without another entry since: the walker sees it (Arm ARM B3.10.1).
inline SpaceToken make_token(kernel::PhysAddr root, unsigned asid) {
    dsb_stores();
    return {static_cast<uint32_t>(root.raw()),
            static_cast<uint32_t>(root.raw() >> 32) | asid << 16};
}

SpaceToken empty_token();

[[gnu::always_inline]] inline void activate(SpaceToken token) {
    asm volatile("mcrr p15, 0, %0, %1, c2" : : "r"(token.low), "r"(token.high) : "memory");
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
