// SPDX-License-Identifier: BSD-2-Clause
// What device tree nodes say: paths, phandles, addresses, interrupts, /chosen, memory (Devicetree
// Specification 0.4).
#pragma once

#include <cobnut/format/fdt/tree.hpp>

namespace cobnut::fdt {

struct Region {
    uint64_t base = 0;
    uint64_t size = 0;
    friend constexpr bool operator==(const Region&, const Region&) = default;
};

struct Interrupt {
    Node controller;
    uint32_t cells[4] = {};
    unsigned count = 0;
};

// One walk from the root; a missing node for the root itself.
constexpr Node parent(Node node) {
    if (!node)
        return {};
    const Tree& tree = node.tree();
    uint32_t open[max_depth] = {};
    unsigned depth = 0;
    for (Tree::Step step = tree.step(0);; step = tree.step(step.next)) {
        if (step.kind == Tree::Step::Kind::begin) {
            if (step.offset == node.offset())
                return depth == 0 ? Node{} : Node{tree, open[depth - 1]};
            if (depth == max_depth)
                return {};
            open[depth++] = step.offset;
        } else if (step.kind == Tree::Step::Kind::end) {
            if (depth-- == 0)
                return {};
        } else if (step.kind != Tree::Step::Kind::property) {
            return {};
        }
    }
}

// A component of a path may leave out the unit address.
constexpr Node child(Node node, Text name) {
    const bool with_unit = name.find('@') < name.size();
    for (const Node candidate : node.children())
        if (candidate.name() == name || (!with_unit && candidate.base_name() == name))
            return candidate;
    return {};
}

constexpr Node descend(Node node, Text path) {
    while (node && !path.empty()) {
        const Text component = path.first(path.find('/'));
        if (!component.empty())
            node = child(node, component);
        path = path.from(component.size() + 1);
    }
    return node;
}

// "/soc/uart@1000", or an alias and perhaps more: "serial0/child".
constexpr Node find(const Tree& tree, Text path) {
    if (path.empty())
        return {};
    if (path[0] == '/')
        return descend(tree.root(), path);
    const Text alias = path.first(path.find('/'));
    const Text target = child(tree.root(), "aliases").property(alias).string();
    if (target[0] != '/')
        return {};
    return descend(descend(tree.root(), target), path.from(alias.size()));
}

// The first node with this compatible string, or the next behind a node.
constexpr Node find_compatible(const Tree& tree, Text wanted, Node after = {}) {
    bool searching = !after;
    for (const Node node : tree.nodes()) {
        if (searching && node.compatible(wanted))
            return node;
        if (node == after)
            searching = true;
    }
    return {};
}

constexpr uint32_t phandle(Node node) { return node.cell("phandle", node.cell("linux,phandle")); }

constexpr Node by_phandle(const Tree& tree, uint32_t wanted) {
    if (wanted == 0 || wanted == ~uint32_t{0})
        return {};
    for (const Node node : tree.nodes())
        if (phandle(node) == wanted)
            return node;
    return {};
}

namespace detail {

// Cells of a bus: how its children's addresses and sizes are written.
struct Cells {
    unsigned address = 2;
    unsigned size = 1;
};

constexpr Answer<Cells> cells_of(Node bus) {
    constexpr uint32_t malformed = 3; // 3 cells (PCI) carry more than an address: not ours
    Cells cells;
    if (bus.has("#address-cells"))
        cells.address = bus.cell("#address-cells", malformed);
    if (bus.has("#size-cells"))
        cells.size = bus.cell("#size-cells", malformed);
    if (cells.address > 2)
        return Error::address_cells_wrong;
    if (cells.size > 2)
        return Error::size_cells_wrong;
    return cells;
}

constexpr uint64_t read_cells(Bytes data, uint64_t offset, unsigned count) {
    return count == 0 ? 0 : count == 1 ? data.be32(offset) : data.be64(offset);
}

constexpr bool overflows(Region region) {
    return region.size != 0 && region.base + (region.size - 1) < region.base;
}

constexpr Answer<Region> entry_of(Bytes data, Cells cells, size_t index) {
    const uint64_t stride = uint64_t{cells.address + cells.size} * 4;
    if (stride == 0 || data.size() % stride != 0)
        return Error::reg_size_wrong;
    if (index >= data.size() / stride)
        return Error::reg_missing;
    const uint64_t offset = stride * index;
    const Region region{read_cells(data, offset, cells.address),
                        read_cells(data, offset + cells.address * 4, cells.size)};
    if (overflows(region))
        return Error::address_overflows;
    return region;
}

// One step up: from addresses on the bus to addresses on the bus above it.
constexpr Answer<Region> through_ranges(Node bus, Node above, Region region) {
    const Property ranges = bus.property("ranges");
    if (!ranges)
        return Error::ranges_missing;
    if (ranges.data.empty())
        return region;
    const Answer<Cells> below_cells = cells_of(bus);
    const Answer<Cells> above_cells = cells_of(above);
    if (!below_cells || !above_cells)
        return below_cells ? above_cells.error : below_cells.error;
    const unsigned child = below_cells->address, parent = above_cells->address,
                   size = below_cells->size;
    const uint64_t stride = uint64_t{child + parent + size} * 4;
    if (stride == 0 || ranges.data.size() % stride != 0)
        return Error::ranges_size_wrong;
    for (uint64_t offset = 0; offset < ranges.data.size(); offset += stride) {
        const uint64_t from = read_cells(ranges.data, offset, child);
        const uint64_t to = read_cells(ranges.data, offset + child * 4, parent);
        const uint64_t length = read_cells(ranges.data, offset + (child + parent) * 4, size);
        if (region.base < from || region.base - from >= length ||
            region.size > length - (region.base - from))
            continue;
        const Region moved{to + (region.base - from), region.size};
        if (moved.base < to || overflows(moved))
            return Error::address_overflows;
        return moved;
    }
    return Error::address_not_in_ranges;
}

} // namespace detail

// Entry of reg as written, in the addresses of the node's own bus.
constexpr Answer<Region> reg(Node node, size_t index = 0) {
    const Property property = node.property("reg");
    if (!property)
        return Error::reg_missing;
    const Answer<detail::Cells> cells = detail::cells_of(parent(node));
    if (!cells)
        return cells.error;
    return detail::entry_of(property.data, *cells, index);
}

// Entry of reg as the CPU sees it: through the ranges of every bus above.
constexpr Answer<Region> address(Node node, size_t index = 0) {
    Answer<Region> region = reg(node, index);
    Node bus = parent(node);
    for (Node above = parent(bus); region && above; bus = above, above = parent(above))
        region = detail::through_ranges(bus, above, *region);
    return region;
}

constexpr Node interrupt_parent(Node node) {
    const Tree* tree = node ? &node.tree() : nullptr;
    for (bool first = true; node; node = parent(node), first = false) {
        if (!first && node.has("#interrupt-cells"))
            return node;
        if (const Property property = node.property("interrupt-parent"))
            return by_phandle(*tree, property.cell(0));
    }
    return {};
}

namespace detail {

constexpr Error read_interrupt(Bytes data, uint64_t offset, Node controller, Interrupt& interrupt) {
    if (!controller)
        return Error::interrupt_controller_missing;
    const uint32_t count = controller.cell("#interrupt-cells");
    if (count == 0 || count > 4)
        return Error::interrupt_cells_wrong;
    if (!data.has(offset, count * 4))
        return Error::interrupts_size_wrong;
    interrupt.controller = controller;
    interrupt.count = count;
    for (unsigned cell = 0; cell < count; ++cell)
        interrupt.cells[cell] = data.be32(offset + cell * 4);
    return Error::none;
}

} // namespace detail

// Calls with each Interrupt of the node until the callback returns false.
template <class Callback>
constexpr Error for_each_interrupt(Node node, Callback&& callback) {
    const Property extended = node.property("interrupts-extended");
    const Bytes data = extended ? extended.data : node.property("interrupts").data;
    const Node controller = extended || data.empty() ? Node{} : interrupt_parent(node);
    for (uint64_t offset = 0; offset < data.size();) {
        Node target = controller;
        if (extended) {
            target = by_phandle(node.tree(), data.be32(offset));
            offset += 4;
        }
        Interrupt interrupt;
        const Error error = detail::read_interrupt(data, offset, target, interrupt);
        if (error != Error::none)
            return error;
        if (!callback(interrupt))
            return Error::none;
        offset += interrupt.count * 4;
    }
    return Error::none;
}

constexpr Answer<Interrupt> interrupt(Node node, size_t index = 0) {
    Answer<Interrupt> answer = Error::not_found;
    const Error error = for_each_interrupt(node, [&](const Interrupt& found) {
        if (index-- != 0)
            return true;
        answer = found;
        return false;
    });
    return error == Error::none ? answer : Answer<Interrupt>{error};
}

constexpr Node chosen(const Tree& tree) { return child(tree.root(), "chosen"); }

constexpr Text bootargs(const Tree& tree) { return chosen(tree).property("bootargs").string(); }

// The console and what follows the colon in stdout-path ("115200n8").
struct Console {
    Node node;
    Text options;
};

constexpr Console console(const Tree& tree) {
    Text path = chosen(tree).property("stdout-path").string();
    if (path.empty())
        path = chosen(tree).property("linux,stdout-path").string();
    const size_t colon = path.find(':');
    return {find(tree, path.first(colon)), path.from(colon + 1)};
}

// not_found where firmware gave none.
constexpr Answer<Region> initrd(const Tree& tree) {
    const Property start = chosen(tree).property("linux,initrd-start");
    const Property end = chosen(tree).property("linux,initrd-end");
    if (!start && !end)
        return Error::not_found;
    const Answer<uint64_t> first = start.number(), behind = end.number();
    if (!first || !behind || *behind < *first)
        return Error::initrd_wrong;
    return Region{*first, *behind - *first};
}

// Calls with every region of RAM that a child of the root names; regions of size 0 are left out.
template <class Callback>
constexpr Error for_each_memory(const Tree& tree, Callback&& callback) {
    for (const Node node : tree.root().children()) {
        if (node.property("device_type").string() != "memory" || !node.enabled())
            continue;
        for (size_t index = 0;; ++index) {
            const Answer<Region> region = reg(node, index);
            if (region.error == Error::reg_missing && index > 0)
                break;
            if (!region)
                return region.error;
            if (region->size != 0)
                callback(*region);
        }
    }
    return Error::none;
}

// Calls with (node, region) of everything in /reserved-memory that has a fixed place; "no-map" is a
// property of the node.
template <class Callback>
constexpr Error for_each_reserved_memory(const Tree& tree, Callback&& callback) {
    for (const Node node : child(tree.root(), "reserved-memory").children()) {
        if (!node.has("reg") || !node.enabled())
            continue;
        for (size_t index = 0;; ++index) {
            const Answer<Region> region = reg(node, index);
            if (region.error == Error::reg_missing && index > 0)
                break;
            if (!region)
                return region.error;
            if (region->size != 0)
                callback(node, *region);
        }
    }
    return Error::none;
}

} // namespace cobnut::fdt
