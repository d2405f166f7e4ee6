// SPDX-License-Identifier: BSD-2-Clause
// Finding a slot by its path through guarded CNodes.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/thread.hpp>

namespace kernel {

/// The slot that `depth` bits of `path` name, from the CNode in `root`. Fails with failed_lookup
/// (detail: bits left, LookupFailure); more bits than a word has are none. At most max_lookup_levels steps.
[[nodiscard]] Result<Slot*> lookup_slot(const Slot& root, Word path, Word depth);

/// The slot that `path` names in a capability space of one level, found at once; null: elsewhere, if at
/// all. It may be empty.
[[nodiscard]] inline Slot* near_slot(const Thread& thread, Word path) {
    if (path >= thread.node_size)
        return nullptr;
    Slot* slot = thread.node + path;
    if (slot == nullptr)
        __builtin_unreachable(); // or who asks for null would be asked twice
    return slot;
}

/// As above, with all bits of the path; the slot must not be empty (invalid_capability otherwise).
[[nodiscard]] Result<Slot*> lookup_capability(const Slot& root, Word path);
/// From the thread's own capability space.
[[nodiscard]] Result<Slot*> lookup_capability(const Thread& thread, Word path);
/// The same without a call, mostly.
[[gnu::always_inline]] inline Result<Slot*> find_capability(const Thread& thread, Word path) {
    Slot* slot = near_slot(thread, path);
    if (slot != nullptr && !slot->empty() && !slot->is(zombie_type)) [[likely]]
        return slot;
    return lookup_capability(thread.cspace_slot, path);
}

} // namespace kernel
