// SPDX-License-Identifier: BSD-2-Clause
// The VSpaces that have a root, by id: a digital search tree through the objects themselves. Ids are given
// once, so a mapping record can tell that what it speaks of is gone.
#pragma once

#include <generic/object/kernel.hpp>

namespace kernel::space_registry {

/// Gives the space an id and enters it. False: the ids are used up.
[[nodiscard]] bool insert(VSpace& space);
void remove(VSpace& space);
/// The VSpace with this id, or null (of id 0 too). As many steps as a word has bits, at most, and one for each
/// id before it that has the same bits there.
[[nodiscard, gnu::always_inline]] inline VSpace* find(uint64_t id) {
    VSpace* node = kernel_state.spaces;
    for (auto bits = static_cast<Word>(id); node != nullptr && node->id != id; bits >>= 1)
        node = node->child[bits & 1];
    return node;
}
/// Where the Frame or PageTable is mapped; null: nowhere. A record whose id lives is exact
/// (docs/design/slot.md).
[[nodiscard]] VSpace* space_of(const Slot& slot);

} // namespace kernel::space_registry
