// SPDX-License-Identifier: BSD-2-Clause
// derivation: what a capability was made from, and what was made from it.
#include <generic/debug/command.hpp>
#include <generic/debug/objects.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::debug {

namespace {

void run(const Arguments& arguments) {
    const Slot* slot = arguments.count == 0 ? kernel_state.root : find(arguments.number[0]);
    if (slot == nullptr)
        return;
    for (const Slot* above = slot; above != kernel_state.root;) {
        above = parent_of(*above);
        if (above == nullptr || above == kernel_state.root)
            break;
        print("from ", address_of(above), ": ");
        print_capability(*above);
    }
    if (slot != kernel_state.root) {
        print(address_of(slot), ": ");
        print_capability(*slot);
    }
    for (Tree tree(*slot); tree.next();) {
        for (unsigned i = 0; i < tree.depth(); ++i)
            print("  ");
        print(address_of(&tree.slot()), ": ");
        print_capability(tree.slot());
    }
}

} // namespace

constinit const Command derivation_command{
    "derivation", "[slot or object]", "what it was made from, and all that was made from it", run};

} // namespace kernel::debug
