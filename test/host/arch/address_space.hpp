// SPDX-License-Identifier: BSD-2-Clause
// Address spaces of the simulated machine: it notes which one is active.
#pragma once

#include <arch/host.hpp>

namespace arch {

struct SpaceToken {
    uint64_t root = 0;
    unsigned asid = 0;
    bool operator==(const SpaceToken&) const = default;
};

inline constexpr unsigned asid_none = ~0u;

inline unsigned asid_count() { return host::machine.asids; }
inline SpaceToken make_token(kernel::PhysAddr root, unsigned asid) { return {root.raw(), asid}; }
inline SpaceToken empty_token() { return {}; }
inline void activate(SpaceToken token) {
    host::machine.space_root = token.root;
    host::machine.space_asid = token.asid;
}
inline void init_root(void*) {}
inline void entry_added(unsigned, kernel::VirtAddr) {}
inline void entry_removed(unsigned, kernel::VirtAddr, unsigned, unsigned) {
    ++host::machine.translations_dropped;
}
constexpr bool has_leaf(unsigned) { return true; }
inline void table_removed(unsigned asid) {
    ++host::machine.translations_dropped;
    host::machine.forgotten_asid = asid;
    host::machine.root_when_forgotten = host::machine.space_root;
}

} // namespace arch
