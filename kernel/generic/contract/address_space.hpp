// SPDX-License-Identifier: BSD-2-Clause
// Contract: hardware address spaces, their identifiers, and TLB maintenance.
#pragma once

#include <arch/address_space.hpp>

#include <generic/base/types.hpp>

#include <concepts>

namespace contract {

using kernel::PhysAddr;
using kernel::VirtAddr;
using kernel::Word;

// arch::SpaceToken: trivially copyable, equality-comparable, what switching to an address space
// writes to hardware (TTBR0 with ASID, satp, CR3 with PCID). On ARMv7 two words.
static_assert(std::is_trivially_copyable_v<arch::SpaceToken>);

// SpaceToken make_token(PhysAddr root, unsigned asid); asid 0 is the kernel's own. On return the
//   hardware's walker sees what was written to the tables so far.
// SpaceToken empty_token(): a space with the kernel's mappings and nothing else.
static_assert(std::same_as<decltype(arch::make_token(PhysAddr{}, 0u)), arch::SpaceToken>);
static_assert(std::same_as<decltype(arch::empty_token()), arch::SpaceToken>);

// unsigned asid_count(): identifiers that spaces can have, with 0, which none gets; 1 if the hardware
// has none. Known after boot.
static_assert(std::convertible_to<decltype(arch::asid_count()), unsigned>);

// void activate(SpaceToken): switches; no flush where an identifier or a global page makes it
//   needless (without identifiers: keeps global entries). Completed by the return to user level.
static_assert(requires(arch::SpaceToken t) { arch::activate(t); });

// void init_root(void* table): a cleared 4 KiB table becomes a root (gets the kernel's entries
//   where user and kernel share a root).
static_assert(requires(void* p) { arch::init_root(p); });

// void entry_added(unsigned asid, VirtAddr): an entry that was invalid has become valid.
// void entry_removed(unsigned asid, VirtAddr, unsigned level, unsigned count): `count` adjacent
//   leaves of the level were made invalid, or got other rights; on return no core uses the old.
// void table_removed(unsigned asid): a table entry was made invalid: forget the whole space,
//   cached intermediate entries included. If activate has just left the space, the hardware begins no
//   walk of its tables any more.
// asid_none (a constant unsigned): the space has no identifier now, nothing of it is cached.
static_assert(requires(unsigned a, VirtAddr v, unsigned level) {
    arch::entry_added(a, v);
    arch::entry_removed(a, v, level, 1u);
    arch::table_removed(a);
});

// bool has_leaf(unsigned level): this machine maps memory at a level where the format can.
static_assert(std::same_as<decltype(arch::has_leaf(0u)), bool>);

} // namespace contract
