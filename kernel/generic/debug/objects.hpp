// SPDX-License-Identifier: BSD-2-Clause
// Finding the kernel's objects from the root of the derivation tree, for the debugger.
#pragma once

#include <generic/cap/slot.hpp>
#include <generic/debug/print.hpp>
#include <generic/object/thread.hpp>

namespace kernel::debug {

/// The capabilities below a slot, parents before children, without a stack.
class Tree {
public:
    explicit Tree(const Slot& root) : root_(&root), slot_(&root) {}

    /// To the next slot; false: there is none.
    [[nodiscard]] bool next();
    [[nodiscard]] const Slot& slot() const { return *slot_; }
    [[nodiscard]] unsigned depth() const { return depth_; } ///< Children of the root have 1.

private:
    const Slot* root_;
    const Slot* slot_;
    unsigned depth_ = 0;
};

[[nodiscard]] const Slot* parent_of(const Slot& slot);

/// The slot at this address, or the first capability to the object there; null: neither.
[[nodiscard]] const Slot* find(Word address);
/// The same, if it has the type; else says so.
[[nodiscard]] const Slot* find(Word address, ObjectType type);

/// Calls with the first capability to each object of the type.
template <class Action>
void for_each(ObjectType type, Action action);

[[nodiscard]] Hex address_of(const void* object);
/// Where the object is: Untyped and Frames by their physical address.
[[nodiscard]] Hex place_of(const Slot& slot);
[[nodiscard]] const char* name_of(ObjectType type);
/// Type, object, rights and badge; ends the line.
void print_capability(const Slot& slot);

/// All capabilities there are.
Tree everything();

template <class Action>
void for_each(ObjectType type, Action action) {
    const void* last = nullptr; // all capabilities to one object lie together
    for (Tree tree = everything(); tree.next();) {
        const Slot& slot = tree.slot();
        if (slot.type() != type || slot.pointer<void>() == last)
            continue;
        last = slot.pointer<void>();
        action(slot);
    }
}

} // namespace kernel::debug
