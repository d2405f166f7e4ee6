// SPDX-License-Identifier: BSD-2-Clause
// The leftist heap of contexts that wait for their refill: merge along the right spines, which are
// at most log2(n+1) long, then repair ranks upwards.
#include <generic/sched/release_queue.hpp>

namespace kernel::sched {

namespace {

uint32_t rank(const SchedContext* node) {
    return node == nullptr ? 0 : node->rank;
}

/// Restores the leftist property from `node` up to `top`'s child; stops where nothing changes.
void repair(SchedContext* node, bool always) {
    while (node != nullptr) {
        if (rank(node->left) < rank(node->right)) {
            SchedContext* left = node->left;
            node->left = node->right;
            node->right = left;
        }
        const uint32_t new_rank = rank(node->right) + 1;
        if (!always && new_rank == node->rank)
            return;
        node->rank = new_rank;
        node = node->parent;
    }
}

SchedContext* merge(SchedContext* a, SchedContext* b) {
    SchedContext* root = nullptr;
    SchedContext* tail = nullptr;
    while (a != nullptr && b != nullptr) {
        if (release_time(*b) < release_time(*a)) {
            SchedContext* swap = a;
            a = b;
            b = swap;
        }
        a->parent = tail;
        if (tail == nullptr)
            root = a;
        else
            tail->right = a;
        tail = a;
        a = a->right;
    }
    SchedContext* rest = a != nullptr ? a : b;
    if (tail == nullptr)
        root = rest;
    else
        tail->right = rest;
    if (rest != nullptr)
        rest->parent = tail;
    repair(tail, true);
    return root;
}

} // namespace

void release_insert(Cpu& cpu, SchedContext& context) {
    context.left = context.right = context.parent = nullptr;
    context.rank = 1;
    context.released = 0;
    cpu.release_root = merge(cpu.release_root, &context);
}

void release_remove(Cpu& cpu, SchedContext& context) {
    SchedContext* parent = context.parent;
    if (context.left != nullptr)
        context.left->parent = nullptr;
    if (context.right != nullptr)
        context.right->parent = nullptr;
    SchedContext* rest = merge(context.left, context.right);
    if (rest != nullptr)
        rest->parent = parent;
    if (parent == nullptr)
        cpu.release_root = rest;
    else if (parent->left == &context)
        parent->left = rest;
    else
        parent->right = rest;
    repair(parent, false);
    context.left = context.right = context.parent = nullptr;
    context.released = 1;
}

} // namespace kernel::sched
