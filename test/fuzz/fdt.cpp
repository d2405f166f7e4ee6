// SPDX-License-Identifier: BSD-2-Clause
// The device tree reader against libfdt, and everything asked of it that the kernel and drivers ask.
#include "fuzz.hpp"

#include <cobnut/format/fdt.hpp>
#include <cobnut/format/fdt_interrupt.hpp>

#include <libfdt.h>

#include <stdlib.h>
#include <string.h>

#include <memory>

namespace {

using namespace cobnut;
using format::Bytes;
using format::Text;

bool same(Text ours, const char* theirs) {
    return theirs != nullptr && ours.size() == strlen(theirs) &&
           memcmp(ours.data(), theirs, ours.size()) == 0;
}

void compare_properties(const void* blob, int node, fdt::Node ours) {
    int offset = fdt_first_property_offset(blob, node);
    for (const fdt::Property property : ours.properties()) {
        FUZZ_REQUIRE(offset >= 0);
        const char* name = nullptr;
        int length = 0;
        const void* value = fdt_getprop_by_offset(blob, offset, &name, &length);
        FUZZ_REQUIRE(same(property.name, name));
        FUZZ_REQUIRE(property.data.size() == static_cast<size_t>(length));
        FUZZ_REQUIRE(length == 0 || property.data.data() == value);
        offset = fdt_next_property_offset(blob, offset);
    }
    FUZZ_REQUIRE(offset == -FDT_ERR_NOTFOUND);
}

void compare(const void* blob, const fdt::Tree& tree) {
    int node = fdt_next_node(blob, -1, nullptr);
    for (const fdt::Node ours : tree.nodes()) {
        FUZZ_REQUIRE(static_cast<int>(ours.offset()) == node);
        FUZZ_REQUIRE(same(ours.name(), fdt_get_name(blob, node, nullptr)));
        compare_properties(blob, node, ours);
        const fdt::Node above = fdt::parent(ours);
        FUZZ_REQUIRE((above ? static_cast<int>(above.offset()) : -FDT_ERR_NOTFOUND) ==
                     fdt_parent_offset(blob, node));
        int child = fdt_first_subnode(blob, node);
        for (const fdt::Node our_child : ours.children()) {
            FUZZ_REQUIRE(static_cast<int>(our_child.offset()) == child);
            child = fdt_next_subnode(blob, child);
        }
        FUZZ_REQUIRE(child == -FDT_ERR_NOTFOUND);
        node = fdt_next_node(blob, node, nullptr);
    }
    FUZZ_REQUIRE(node == -FDT_ERR_NOTFOUND);
    int index = 0;
    tree.for_each_memory_reserve([&](uint64_t base, uint64_t size) {
        uint64_t their_base = 0, their_size = 0;
        FUZZ_REQUIRE(fdt_get_mem_rsv(blob, index++, &their_base, &their_size) == 0);
        FUZZ_REQUIRE(base == their_base && size == their_size);
    });
}

/// The answers do not matter, only that asking is safe and comes to an end.
void ask(const fdt::Tree& tree) {
    unsigned asked = 0;
    for (const fdt::Node node : tree.nodes()) {
        if (++asked > 24) // most questions walk the whole tree
            break;
        fuzz::use(node.name().size() + node.base_name().size() + node.unit_address().size());
        for (const fdt::Property property : node.properties()) {
            fuzz::use(property.string(1).size() + property.cell(property.cells()));
            fuzz::use(property.has_string("okay"));
            fuzz::use(property.number().error);
        }
        fuzz::use(node.enabled());
        for (size_t index = 0; index < 2; ++index)
            if (const auto region = fdt::address(node, index))
                FUZZ_REQUIRE(region->size == 0 || region->base + (region->size - 1) >= region->base);
        unsigned count = 0;
        fuzz::use(fdt::for_each_interrupt(node, [&](const fdt::Interrupt& interrupt) {
            FUZZ_REQUIRE(interrupt.count >= 1 && interrupt.count <= 4);
            fuzz::use(fdt::interrupt_line(interrupt).number);
            return ++count < 8;
        }));
    }
    const auto add = [](fdt::Region region) { FUZZ_REQUIRE(region.size != 0); };
    fuzz::use(fdt::for_each_memory(tree, add));
    fuzz::use(fdt::for_each_reserved_memory(tree, [&](fdt::Node, fdt::Region r) { add(r); }));
    fuzz::use(fdt::console(tree).options.size());
    fuzz::use(fdt::bootargs(tree).size());
    if (const auto initrd = fdt::initrd(tree))
        FUZZ_REQUIRE(initrd->base + initrd->size >= initrd->base);
    fuzz::use(fdt::find(tree, "serial0/x").offset());
    fuzz::use(fdt::find_compatible(tree, "arm,pl011").offset());
    fuzz::use(fdt::by_phandle(tree, 1).offset());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // Words of the structure block are read whole: aligned as firmware leaves them, and not longer.
    const std::unique_ptr<uint8_t, void (*)(void*)> copy{static_cast<uint8_t*>(malloc(size + 1)),
                                                         free};
    memcpy(copy.get(), data, size);
    const Bytes blob{copy.get(), size};
    const fdt::Tree tree{blob};
    if (tree.error() == fdt::Error::none && size < 0x7fffffff &&
        fdt_check_full(copy.get(), size) == 0)
        compare(copy.get(), tree);
    ask(tree);
    ask(fdt::Tree::salvage(blob));
    FUZZ_REQUIRE(fdt::text(tree.error()) != nullptr);
    return 0;
}
