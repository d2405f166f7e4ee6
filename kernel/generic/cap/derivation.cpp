// SPDX-License-Identifier: BSD-2-Clause
// The derivation tree: insertion, removal and moves in constant time.
#include <generic/base/panic.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/cap/progress.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::derivation {

namespace {

bool is_first(const Slot& node) {
    return node.links.prev()->links.last();
}

Slot* parent_of_first(const Slot& node) {
    return node.links.prev()->links.next();
}

/// Lets the neighbours of `node` and its last child point at `to` instead of `from`; `node`
/// already has the links that `from` had.
void redirect(Slot& node, Slot* from, Slot* to) {
    auto& links = node.links;
    if (links.prev() == from)
        links.set_prev(to);
    const bool first = is_first(node);
    Slot* parent = links.last() ? links.next() : first ? parent_of_first(node) : nullptr;
    if (first)
        parent->links.set_child(to);
    else
        links.prev()->links.set_next(to);
    if (links.last())
        parent->links.child()->links.set_prev(to);
    else
        links.next()->links.set_prev(to);
    if (Slot* child = links.child())
        child->links.prev()->links.set_next(to);
}

} // namespace

void insert_child(Slot& parent, Slot& node) {
    if (!parent.links.has_child()) {
        node.links.join(&node, &parent, true);
    } else {
        Slot* first = parent.links.child();
        node.links.join(first->links.prev(), first, false);
        first->links.set_prev(&node);
    }
    parent.links.set_first_child(&node);
}

void make_last(Slot& parent) {
    // Its neighbours in the ring stay the same; only where the list begins is another place.
    Slot* node = parent.links.child();
    Slot* second = node->links.next();
    Slot* last = node->links.prev();
    last->links.set_next(node);
    last->links.set_last(false);
    node->links.set_next(&parent);
    node->links.set_last(true);
    parent.links.set_first_child(second);
}

void remove(Slot& node) {
    progress::forget(node);
    const bool first = is_first(node);
    const bool last = node.links.last();
    Slot* prev = node.links.prev();
    Slot* next = node.links.next();
    Slot* parent = last ? next : first ? parent_of_first(node) : nullptr;
    Slot* begin = node.links.child();
    if (begin == nullptr) {
        if (first)
            parent->links.set_child(last ? nullptr : next);
        else
            prev->links.set_next(next);
        if (!last) {
            next->links.set_prev(prev);
        } else if (!first) {
            prev->links.set_last(true);
            parent->links.child()->links.set_prev(prev);
        }
    } else {
        Slot* end = begin->links.prev();
        if (first)
            parent->links.set_child(begin);
        else
            prev->links.set_next(begin);
        if (!(first && last))
            begin->links.set_prev(prev);
        end->links.set_next(next);
        end->links.set_last(last);
        if (!last)
            next->links.set_prev(end);
        else
            parent->links.child()->links.set_prev(end);
    }
    node.links.clear();
}

void move(Slot& from, Slot& to) {
    KERNEL_ASSERT(to.empty() && !from.empty());
    progress::forget(from);
    const bool to_in_thread = to.links.in_thread();
    const bool from_in_thread = from.links.in_thread();
    to = from;
    from = {};
    to.links.set_in_thread(to_in_thread);
    from.links.set_in_thread(from_in_thread);
    redirect(to, &from, &to);
}

void swap(Slot& a, Slot& b) {
    if (&a == &b)
        return;
    Slot& scratch = *kernel_state.scratch;
    if (!a.empty())
        move(a, scratch);
    if (!b.empty())
        move(b, a);
    if (!scratch.empty())
        move(scratch, b);
}

bool same_object(const Slot& a, const Slot& b) {
    if (a.type() != b.type())
        return false;
    switch (a.type()) {
    case ObjectType::irq_handler:
        return a.badge == b.badge;
    case ObjectType::frame:
    case ObjectType::untyped:
        return a.memory() == b.memory();
    default:
        return a.pointer<void>() == b.pointer<void>();
    }
}

bool is_final(const Slot& node) {
    if (has_children(node))
        return false;
    const Slot* prev = node.links.prev();
    if (prev != &node && same_object(*prev, node))
        return false;
    return !same_object(*node.links.next(), node);
}

} // namespace kernel::derivation
