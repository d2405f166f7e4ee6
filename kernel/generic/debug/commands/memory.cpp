// SPDX-License-Identifier: BSD-2-Clause
// memory: words of RAM.
#include <generic/contract/memory.hpp>
#include <generic/debug/command.hpp>
#include <generic/debug/objects.hpp>

namespace kernel::debug {

namespace {

/// Whether the bytes are RAM that an Untyped of the tree holds: then they can be read.
bool is_ram(PhysAddr begin, Word bytes) {
    if (!arch::in_window(begin, bytes))
        return false;
    for (Tree tree = everything(); tree.next();) {
        const Slot& slot = tree.slot();
        if (slot.type() != ObjectType::untyped || (slot.badge & Slot::untyped_device) != 0)
            continue;
        const PhysRange range{slot.object.physical(), uint64_t{1} << slot.untyped_bits()};
        if (range.contains({begin, bytes}))
            return true;
    }
    return false;
}

constexpr Word most = 0x100; ///< Words of one command.

void run(const Arguments& arguments) {
    const PhysAddr begin(align_down(arguments.get(0, 0), sizeof(Word)));
    Word count = arguments.get(1, 8);
    count = count == 0 || count > most ? most : count;
    if (arguments.count == 0 || !is_ram(begin, count * sizeof(Word))) {
        print("not in one Untyped of RAM\n");
        return;
    }
    const auto* words = static_cast<const volatile Word*>(arch::to_virtual(begin));
    for (Word i = 0; i < count; ++i) {
        if (i % 4 == 0)
            print(i == 0 ? "" : "\n", Hex{begin.raw() + i * sizeof(Word)}, ":");
        print(" ", Hex{words[i]});
    }
    print("\n");
}

} // namespace

constinit const Command memory_command{
    "memory", "physical-address [words]", "words of RAM", run};

} // namespace kernel::debug
