// SPDX-License-Identifier: BSD-2-Clause
// capabilities: what is in a CNode.
#include <generic/debug/command.hpp>
#include <generic/debug/objects.hpp>

namespace kernel::debug {

namespace {

/// The CNode's capability: of a CNode itself, or a thread's; null: neither.
const Slot* node_at(const Arguments& arguments) {
    if (arguments.count == 0)
        return arguments.cpu.current == nullptr ? nullptr : &arguments.cpu.current->cspace_slot;
    const Slot* slot = find(arguments.number[0]);
    if (slot != nullptr && slot->type() != ObjectType::thread && slot->type() != ObjectType::cnode) {
        // An Untyped may begin where they do.
        for (Tree tree = everything(); tree.next();)
            if (place_of(tree.slot()).value == arguments.number[0] &&
                (tree.slot().type() == ObjectType::cnode || tree.slot().type() == ObjectType::thread))
                slot = &tree.slot();
    }
    return slot != nullptr && slot->type() == ObjectType::thread
               ? &slot->pointer<Thread>()->cspace_slot
               : slot;
}

void run(const Arguments& arguments) {
    const Slot* node = node_at(arguments);
    if (node == nullptr)
        return;
    if (node->type() != ObjectType::cnode) {
        print("no CNode\n");
        return;
    }
    const Slot* slots = node->pointer<Slot>();
    for (Word index = 0; index < Word{1} << node->radix(); ++index) {
        if (slots[index].empty())
            continue;
        print(Hex{index}, " in ", address_of(&slots[index]), ": ");
        print_capability(slots[index]);
    }
}

} // namespace

constinit const Command capabilities_command{
    "capabilities", "[CNode or thread]", "the capabilities of a CNode, or of who runs", run};

} // namespace kernel::debug
