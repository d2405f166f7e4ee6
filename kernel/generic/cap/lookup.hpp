// SPDX-License-Identifier: BSD-2-Clause
// Finding a slot by its path through guarded CNodes.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>

namespace kernel {

/// The slot that `depth` bits of `path` name, from the CNode in `root`. Fails with failed_lookup
/// (detail: bits left, LookupFailure); more bits than a word has are none. At most one step per bit.
[[nodiscard]] Result<Slot*> lookup_slot(const Slot& root, Word path, Word depth);

/// As above, with all bits of the path; the slot must not be empty (invalid_capability otherwise).
[[nodiscard]] Result<Slot*> lookup_capability(const Slot& root, Word path);

} // namespace kernel
