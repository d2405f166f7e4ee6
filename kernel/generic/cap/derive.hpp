// SPDX-License-Identifier: BSD-2-Clause
// Making a capability from another one.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>

namespace kernel {

/// Whether a copy of the capability may be made now: not of an Untyped with children
/// (has_children) or that is being cleared (busy), nor of what there is only one capability to
/// (illegal_operation), nor below a preempted revoke (busy).
[[nodiscard]] Failure check_derivable(const Slot& from);

/// Its copy with all rights is the same but for the place in the tree, and nothing but a preempted revoke is in its
/// way. Of Endpoint to VSpace, which follow each other.
constexpr bool is_copied_whole(ObjectType type) {
    return type >= ObjectType::endpoint && type <= ObjectType::vspace;
}

/// Puts a child of `from` into the empty slot `to`, with the rights that both have. check_derivable
/// has passed. A copied Untyped counts as used up until the copy is gone; a copied Frame is not
/// mapped.
void derive(Slot& from, Slot& to, Rights rights);

/// Sets badge, guard or port range of a capability that was just derived or is being moved.
/// Fails with illegal_operation or invalid_argument. `check_badge` alone changes nothing.
[[nodiscard]] Failure check_badge(const Slot& slot, Word badge, unsigned argument, bool derived);
void set_badge(Slot& slot, Word badge);

} // namespace kernel
