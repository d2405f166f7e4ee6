// SPDX-License-Identifier: BSD-2-Clause
// The VSpaces that have a root by id. A node's id agrees with its path from the root in the low bits.
#include <generic/mm/space_registry.hpp>

namespace kernel::space_registry {

namespace {

VSpace*& link_to(VSpace& node) {
    if (node.parent == nullptr)
        return kernel_state.spaces;
    return node.parent->child[node.parent->child[0] == &node ? 0 : 1];
}

} // namespace

bool insert(VSpace& space) {
    uint64_t& last_id = kernel_state.last_space_id;
    using Record = Slot::Record;
    uint64_t id = ((last_id | Record::unused) + 1) & ~Record::unused;
    if (id % (uint64_t{1} << Record::low_id_bits) == 0)
        ++id; // what has no low bits reads as unmapped
    if (id >= Slot::space_id_end)
        return false;
    last_id = id;
    VSpace** link = &kernel_state.spaces;
    VSpace* parent = nullptr;
    for (auto bits = static_cast<Word>(id); *link != nullptr; bits >>= 1) {
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

VSpace* space_of(const Slot& slot) {
    return find(slot.mapping_space());
}

} // namespace kernel::space_registry
