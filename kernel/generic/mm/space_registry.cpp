// SPDX-License-Identifier: BSD-2-Clause
// The VSpaces that have a root by id. A node's id agrees with its path from the root in the low bits.
#include <generic/cap/slot.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::space_registry {

namespace {

VSpace*& link_to(VSpace& node) {
    if (node.parent == nullptr)
        return kernel_state.spaces;
    return node.parent->child[node.parent->child[0] == &node ? 0 : 1];
}

} // namespace

bool insert(VSpace& space) {
    if (kernel_state.next_space_id + 1 >= Slot::max_space_id)
        return false;
    const auto id = static_cast<Word>(++kernel_state.next_space_id);
    VSpace** link = &kernel_state.spaces;
    VSpace* parent = nullptr;
    for (Word bits = id; *link != nullptr; bits >>= 1) {
        parent = *link;
        link = &parent->child[bits & 1];
    }
    space.id = id;
    space.parent = parent;
    space.child[0] = space.child[1] = nullptr;
    *link = &space;
    return true;
}

void remove(VSpace& space) {
    // Any leaf below has a fitting path: it takes the place of the removed node.
    VSpace* leaf = &space;
    while (leaf->child[0] != nullptr || leaf->child[1] != nullptr)
        leaf = leaf->child[0] != nullptr ? leaf->child[0] : leaf->child[1];
    link_to(*leaf) = nullptr;
    if (leaf != &space) {
        link_to(space) = leaf;
        leaf->parent = space.parent;
        for (unsigned side = 0; side < 2; ++side) {
            leaf->child[side] = space.child[side];
            if (leaf->child[side] != nullptr)
                leaf->child[side]->parent = leaf;
        }
    }
    space.id = 0;
}

VSpace* find(Word id) {
    VSpace* node = kernel_state.spaces;
    for (Word bits = id; node != nullptr && node->id != id; bits >>= 1)
        node = node->child[bits & 1];
    return node;
}

} // namespace kernel::space_registry
