// SPDX-License-Identifier: BSD-2-Clause
// The derivation tree: which capability was made from which.
#pragma once

#include <generic/cap/slot.hpp>

namespace kernel::derivation {

/// The tree's shape: the children of a slot form a list whose first element's `prev` is the last
/// and whose last element's `next` is the parent (flag `last`). Every operation is O(1). All
/// capabilities to one object other than Untyped are neighbours or parent and child.

/// Makes `node`, which is in no tree, the first child of `parent`.
void insert_child(Slot& parent, Slot& node);

/// Makes the first child of `parent`, which has another one too, its last.
void make_last(Slot& parent);

/// Takes `node` out; its children take its place below its parent. As with a move, what
/// was preempted and worked on this slot is over.
void remove(Slot& node);

/// Moves capability and place in the tree from `from` to the empty slot `to`.
void move(Slot& from, Slot& to);

/// Exchanges the capabilities and places of two slots, either of which may be empty.
void swap(Slot& a, Slot& b);

/// Whether both name the same object.
[[nodiscard]] bool same_object(const Slot& a, const Slot& b);

/// Whether this is the only capability to its object.
[[nodiscard]] bool is_final(const Slot& node);

[[nodiscard]] inline bool has_children(const Slot& node) {
    return node.links.has_child();
}

} // namespace kernel::derivation
