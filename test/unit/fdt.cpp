// SPDX-License-Identifier: BSD-2-Clause
// The device tree reader against libfdt on random trees, and on hostile blobs.
#include <cobnut/format/fdt.hpp>

#include "fdt_builder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

namespace fdt = cobnut::fdt;
using cobnut::format::Bytes;
using cobnut::format::Text;
using test::Blob;
using test::Builder;
using Random = std::mt19937;

std::string str(Text text) { return {text.begin(), text.end()}; }

// In memory of exactly its size, so that the sanitizer sees every step outside.
struct Exact {
    explicit Exact(const Blob& blob) : size{blob.size()}, data{new char[blob.size()]} {
        std::copy(blob.begin(), blob.end(), data.get());
    }
    Bytes bytes() const { return {static_cast<const char*>(data.get()), size}; }
    size_t size;
    std::unique_ptr<char[]> data;
};

unsigned below(Random& random, unsigned limit) { return static_cast<unsigned>(random() % limit); }

std::string random_name(Random& random) {
    static const char* const names[] = {"cpus", "soc",        "uart", "memory", "timer", "plic",
                                        "gpio", "interrupts", "a",    "bus",    "clock", "reg"};
    std::string name = names[below(random, 12)];
    if (below(random, 2) == 0)
        name += std::to_string(below(random, 4));
    return name;
}

void random_node(Builder& builder, Random& random, unsigned depth, unsigned& phandles) {
    if (below(random, 2) == 0)
        builder.cells("phandle", {++phandles});
    if (below(random, 2) == 0)
        builder.property("compatible",
                         random_name(random) + '\0' + "vendor," + random_name(random) + '\0');
    for (unsigned count = below(random, 6); count > 0; --count) {
        std::string value;
        for (unsigned size = below(random, 4) == 0 ? 0 : below(random, 40); size > 0; --size)
            value += static_cast<char>(random());
        builder.property("x" + std::to_string(count) + random_name(random), value);
    }
    if (depth > 4)
        return;
    for (unsigned count = below(random, 5); count > 0; --count) {
        std::string name = random_name(random) + std::to_string(count);
        if (below(random, 2) == 0)
            name += "@" + std::to_string(below(random, 1000));
        builder.begin(name);
        random_node(builder, random, depth + 1, phandles);
        builder.end();
    }
}

Blob random_tree(unsigned seed) {
    Random random{seed};
    Builder builder{1 << 20};
    for (unsigned count = below(random, 4); count > 0; --count)
        builder.reserve(random(), 1 + below(random, 1 << 20));
    builder.begin("");
    unsigned phandles = 0;
    random_node(builder, random, 0, phandles);
    builder.end();
    return builder.finish();
}

void same_properties(const Blob& blob, int node, fdt::Node ours) {
    int offset = fdt_first_property_offset(blob.data(), node);
    for (const fdt::Property property : ours.properties()) {
        REQUIRE(offset >= 0);
        const char* name = nullptr;
        int length = 0;
        const void* value = fdt_getprop_by_offset(blob.data(), offset, &name, &length);
        REQUIRE(str(property.name) == name);
        REQUIRE(property.data.size() == static_cast<size_t>(length));
        REQUIRE(std::equal(property.data.begin(), property.data.end(),
                           static_cast<const char*>(value)));
        REQUIRE(ours.property(name).data.data() == property.data.data());
        offset = fdt_next_property_offset(blob.data(), offset);
    }
    REQUIRE(offset == -FDT_ERR_NOTFOUND);
}

void same_children(const Blob& blob, int node, fdt::Node ours) {
    int child = fdt_first_subnode(blob.data(), node);
    for (const fdt::Node our_child : ours.children()) {
        REQUIRE(static_cast<int>(our_child.offset()) == child);
        REQUIRE(fdt::parent(our_child) == ours);
        child = fdt_next_subnode(blob.data(), child);
    }
    REQUIRE(child == -FDT_ERR_NOTFOUND);
}

void same_look_ups(const Blob& blob, const fdt::Tree& tree, int node, fdt::Node ours) {
    char path[1024];
    REQUIRE(fdt_get_path(blob.data(), node, path, sizeof path) == 0);
    REQUIRE(static_cast<int>(fdt::find(tree, path).offset()) == fdt_path_offset(blob.data(), path));
    const uint32_t phandle = fdt_get_phandle(blob.data(), node);
    REQUIRE(fdt::phandle(ours) == phandle);
    if (phandle != 0)
        REQUIRE(fdt::by_phandle(tree, phandle) == ours);
    const Text compatible = ours.property("compatible").string(1);
    if (!compatible.empty()) {
        const int next = fdt_node_offset_by_compatible(blob.data(), node, str(compatible).c_str());
        const fdt::Node found = fdt::find_compatible(tree, compatible, ours);
        REQUIRE((found ? static_cast<int>(found.offset()) : -FDT_ERR_NOTFOUND) == next);
    }
}

void same_reserve_map(const Blob& blob, const fdt::Tree& tree) {
    int index = 0;
    tree.for_each_memory_reserve([&](uint64_t base, uint64_t size) {
        uint64_t their_base = 0, their_size = 0;
        REQUIRE(fdt_get_mem_rsv(blob.data(), index++, &their_base, &their_size) == 0);
        REQUIRE(base == their_base);
        REQUIRE(size == their_size);
    });
    REQUIRE(index == fdt_num_mem_rsv(blob.data()));
}

void same_tree(const Blob& blob) {
    const Exact exact{blob};
    const fdt::Tree tree{exact.bytes()};
    REQUIRE(tree.error() == fdt::Error::none);
    int node = fdt_next_node(blob.data(), -1, nullptr);
    for (const fdt::Node ours : tree.nodes()) {
        REQUIRE(static_cast<int>(ours.offset()) == node);
        REQUIRE(str(ours.name()) == fdt_get_name(blob.data(), node, nullptr));
        same_properties(blob, node, ours);
        same_children(blob, node, ours);
        same_look_ups(blob, tree, node, ours);
        node = fdt_next_node(blob.data(), node, nullptr);
    }
    REQUIRE(node == -FDT_ERR_NOTFOUND);
    same_reserve_map(blob, tree);
}

// Asks a tree for everything; the answers do not matter, only that asking is safe.
uint64_t ask_everything(const fdt::Tree& tree) {
    uint64_t sum = 0;
    for (const fdt::Node node : tree.nodes()) {
        sum += node.name().size() + node.unit_address().size();
        for (const fdt::Property property : node.properties())
            sum += property.data.size() + property.string(1).size() + property.has_string("okay");
        for (const fdt::Node child : node.children())
            sum += child.offset();
        sum += node.enabled() + fdt::phandle(node);
        if (const auto region = fdt::address(node))
            sum += region->base;
        if (const auto interrupt = fdt::interrupt(node))
            sum += interrupt->cells[0];
    }
    const auto add = [&](fdt::Region region) { sum += region.size; };
    sum += static_cast<uint64_t>(fdt::for_each_memory(tree, add));
    sum += static_cast<uint64_t>(
        fdt::for_each_reserved_memory(tree, [&](fdt::Node, fdt::Region region) { add(region); }));
    tree.for_each_memory_reserve([&](uint64_t base, uint64_t size) { sum += base + size; });
    sum += fdt::console(tree).options.size() + fdt::bootargs(tree).size() + fdt::initrd(tree)->size;
    return sum + fdt::find(tree, "serial0/x").offset() +
           fdt::find_compatible(tree, "uart").offset();
}

// A small board with everything that the helpers look at.
Blob board() {
    Builder builder;
    builder.reserve(0x80000000, 0x1000);
    builder.begin("");
    builder.cells("#address-cells", {2});
    builder.cells("#size-cells", {2});
    builder.cells("interrupt-parent", {1});
    builder.begin("chosen");
    builder.text("bootargs", "quiet trace=1");
    builder.text("stdout-path", "serial0:115200n8");
    builder.cells("linux,initrd-start", {0, 0x88000000});
    builder.cells("linux,initrd-end", {0x88001234});
    builder.end();
    builder.begin("aliases");
    builder.text("serial0", "/soc/uart@1000");
    builder.end();
    builder.begin("memory@80000000");
    builder.text("device_type", "memory");
    builder.cells("reg", {0, 0x80000000, 0, 0x10000000, 1, 0, 2, 0});
    builder.end();
    builder.begin("reserved-memory");
    builder.cells("#address-cells", {2});
    builder.cells("#size-cells", {2});
    builder.property("ranges", "");
    builder.begin("firmware@80000000");
    builder.cells("reg", {0, 0x80000000, 0, 0x40000});
    builder.property("no-map", "");
    builder.end();
    builder.begin("pool");
    builder.cells("size", {0, 0x1000});
    builder.end();
    builder.end();
    builder.begin("intc@c000000");
    builder.cells("phandle", {1});
    builder.cells("#interrupt-cells", {3});
    builder.cells("reg", {0, 0xc000000, 0, 0x1000});
    builder.end();
    builder.begin("msi");
    builder.cells("phandle", {2});
    builder.cells("#interrupt-cells", {1});
    builder.end();
    builder.begin("soc");
    builder.cells("#address-cells", {1});
    builder.cells("#size-cells", {1});
    builder.cells("ranges", {0x0, 0, 0x10000000, 0x100000, 0x7e000000, 1, 0x3f000000, 0x1000000});
    builder.begin("uart@1000");
    builder.property("compatible", std::string{"arm,pl011"} + '\0' + "arm,primecell" + '\0');
    builder.cells("reg", {0x1000, 0x200, 0x7e201000, 0x1000, 0x200000, 4, 0xfffff, 2});
    builder.cells("interrupts", {0, 33, 4, 0, 34, 1});
    builder.end();
    builder.begin("timer@2000");
    builder.text("status", "disabled");
    builder.cells("reg", {0x2000, 0x200, 0x3000});
    builder.cells("interrupts-extended", {2, 7, 1, 0, 9, 4, 99, 1});
    builder.end();
    builder.begin("bus");
    builder.cells("#address-cells", {3});
    builder.cells("#size-cells", {2});
    builder.begin("device@0");
    builder.cells("reg", {0, 0, 0, 0, 0});
    builder.end();
    builder.end();
    builder.end();
    builder.end();
    return builder.finish();
}

} // namespace

TEST_CASE("the device tree reader agrees with libfdt on random trees", "[fdt]") {
    for (unsigned seed = 0; seed < 40; ++seed)
        same_tree(random_tree(seed));
}

TEST_CASE("the device tree reader skips nodes and properties that were overwritten by fillers",
          "[fdt]") {
    for (unsigned seed = 100; seed < 110; ++seed) {
        Blob blob = random_tree(seed);
        Random random{seed};
        for (int count = 0; count < 6; ++count) {
            std::vector<int> nodes;
            for (int node = 0; node >= 0; node = fdt_next_node(blob.data(), node, nullptr))
                nodes.push_back(node);
            const int node = nodes[below(random, static_cast<unsigned>(nodes.size()))];
            const int property = fdt_first_property_offset(blob.data(), node);
            const char* name = nullptr;
            if (property >= 0 && fdt_getprop_by_offset(blob.data(), property, &name, nullptr))
                REQUIRE(fdt_nop_property(blob.data(), node, name) == 0);
            else if (node != 0)
                REQUIRE(fdt_nop_node(blob.data(), node) == 0);
        }
        same_tree(blob);
    }
}

TEST_CASE("a truncated device tree is refused at every length", "[fdt]") {
    const Blob whole = board();
    for (size_t length = 0; length < whole.size(); ++length) {
        const Exact exact{Blob(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length))};
        const fdt::Tree tree{exact.bytes()};
        REQUIRE(tree.error() == (length < fdt::header_size ? fdt::Error::header_truncated
                                                           : fdt::Error::total_size_wrong));
        REQUIRE(!tree.root());
        ask_everything(tree);
        ask_everything(fdt::Tree::salvage(exact.bytes()));
    }
}

TEST_CASE("a device tree whose blocks are cut short is refused or read safely", "[fdt]") {
    const Blob whole = board();
    for (const size_t field : {4, 32, 36}) { // totalsize, size_dt_strings, size_dt_struct
        const uint32_t size = fdt32_ld(reinterpret_cast<const fdt32_t*>(whole.data() + field));
        for (uint32_t shorter = 0; shorter < size; ++shorter) {
            Blob cut = whole;
            fdt32_st(cut.data() + field, shorter);
            if (field == 4)
                cut.resize(shorter < 8 ? 8 : shorter);
            const Exact exact{cut};
            const fdt::Tree tree{exact.bytes()};
            if (field == 36)
                REQUIRE(tree.error() != fdt::Error::none);
            ask_everything(tree);
        }
    }
}

TEST_CASE("a device tree with flipped bits is refused or read safely", "[fdt]") {
    const Blob whole = board();
    for (size_t position = 0; position < whole.size(); ++position) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            Blob flipped = whole;
            flipped[position] = static_cast<char>(flipped[position] ^ 1 << bit);
            const Exact exact{flipped};
            ask_everything(fdt::Tree{exact.bytes()});
            ask_everything(fdt::Tree::salvage(exact.bytes()));
        }
    }
}

TEST_CASE("a device tree with random words anywhere is refused or read safely", "[fdt]") {
    Random random{7};
    const Blob whole = board();
    const uint32_t edges[] = {0,  1,  2,          3,          4,          9,          0x7fffffff,
                              41, 16, 0x80000000, 0xffffffff, 0xfffffffc, 0xfffffff0, 0x1000};
    for (unsigned round = 0; round < 20000; ++round) {
        Blob damaged = whole;
        for (unsigned count = 1 + below(random, 3); count > 0; --count) {
            const size_t at = below(random, static_cast<unsigned>(whole.size() / 4)) * 4;
            fdt32_st(damaged.data() + at, edges[below(random, 14)]);
        }
        const Exact exact{damaged};
        ask_everything(fdt::Tree{exact.bytes()});
        ask_everything(fdt::Tree::salvage(exact.bytes()));
    }
}

TEST_CASE("the console is found in a device tree whose header is wrong", "[fdt]") {
    for (const size_t field : {0, 4, 8, 12, 24}) { // not the sizes of the blocks
        Blob damaged = board();
        fdt32_st(damaged.data() + field, 0x7ffffff0);
        const Exact exact{damaged};
        REQUIRE(fdt::Tree{exact.bytes()}.error() != fdt::Error::none);
        const fdt::Tree rest = fdt::Tree::salvage(exact.bytes());
        const fdt::Node console = fdt::console(rest).node;
        REQUIRE(console.compatible("arm,pl011"));
        REQUIRE(fdt::address(console)->base == 0x10001000);
    }
}

TEST_CASE("each header field of a device tree is checked under its own name", "[fdt]") {
    using fdt::Error;
    const struct {
        size_t field;
        uint32_t value;
        Error error;
    } cases[] = {
        {0, 0xd00dfeee, Error::magic_wrong},
        {4, 0xffffffff, Error::total_size_wrong},
        {4, 39, Error::total_size_wrong},
        {8, 0xfffffff0, Error::structure_block_outside},
        {8, 0, Error::structure_block_outside},
        {8, 0x3a, Error::structure_block_misaligned},
        {12, 0xffffff00, Error::strings_block_outside},
        {16, 0xffffffff, Error::reserve_map_outside},
        {16, 8, Error::reserve_map_outside},
        {20, 16, Error::version_not_supported},
        {24, 18, Error::version_not_supported},
        {32, 0xffffffff, Error::strings_block_outside},
        {36, 0xffffffff, Error::structure_block_outside},
        {36, 4, Error::node_name_not_terminated},
    };
    for (const auto& wrong : cases) {
        Blob blob = board();
        fdt32_st(blob.data() + wrong.field, wrong.value);
        const Exact exact{blob};
        CAPTURE(wrong.field, wrong.value);
        CHECK(std::string{fdt::text(fdt::Tree{exact.bytes()}.error())} == fdt::text(wrong.error));
    }
}

TEST_CASE("a device tree nested deeper than the limit is refused", "[fdt]") {
    for (const unsigned depth : {fdt::max_depth, fdt::max_depth + 1}) {
        Builder builder;
        for (unsigned level = 0; level < depth; ++level)
            builder.begin(level == 0 ? "" : "n");
        for (unsigned level = 0; level < depth; ++level)
            builder.end();
        const Exact exact{builder.finish()};
        const fdt::Tree tree{exact.bytes()};
        CHECK(tree.error() ==
              (depth > fdt::max_depth ? fdt::Error::nodes_too_deep : fdt::Error::none));
        ask_everything(tree);
    }
}

TEST_CASE("the device tree may start at any address", "[fdt]") {
    const Blob whole = board();
    for (size_t shift = 0; shift < 8; ++shift) {
        Blob moved(shift);
        moved.insert(moved.end(), whole.begin(), whole.end());
        const fdt::Tree tree{Bytes{static_cast<const char*>(moved.data()) + shift, whole.size()}};
        REQUIRE(tree.error() == fdt::Error::none);
        CHECK(fdt::blob_size(moved.data() + shift) == whole.size());
        CHECK(fdt::console(tree).node == fdt::find(tree, "/soc/uart@1000"));
    }
}

TEST_CASE("addresses go through the ranges of every bus", "[fdt]") {
    const Exact exact{board()};
    const fdt::Tree tree{exact.bytes()};
    const fdt::Node uart = fdt::find(tree, "/soc/uart");
    REQUIRE(uart);
    CHECK(*fdt::reg(uart, 1) == fdt::Region{0x7e201000, 0x1000});
    CHECK(*fdt::address(uart) == fdt::Region{0x10001000, 0x200});
    CHECK(*fdt::address(uart, 1) == fdt::Region{0x13f201000, 0x1000});
    CHECK(fdt::address(uart, 2).error == fdt::Error::address_not_in_ranges);
    CHECK(fdt::address(uart, 3).error == fdt::Error::address_not_in_ranges); // leaves the range
    CHECK(fdt::address(uart, 4).error == fdt::Error::reg_missing);
    CHECK(fdt::address(fdt::find(tree, "/soc/timer")).error == fdt::Error::reg_size_wrong);
    CHECK(fdt::address(fdt::find(tree, "/soc/bus/device@0")).error ==
          fdt::Error::address_cells_wrong);
    CHECK(fdt::address(fdt::find(tree, "/reserved-memory/firmware"))->base == 0x80000000);
    CHECK(fdt::address(fdt::find(tree, "/chosen")).error == fdt::Error::reg_missing);
    CHECK(fdt::address(fdt::Node{}).error == fdt::Error::reg_missing);
}

TEST_CASE("interrupts name their controller and have its number of cells", "[fdt]") {
    const Exact exact{board()};
    const fdt::Tree tree{exact.bytes()};
    const auto second = fdt::interrupt(fdt::find(tree, "/soc/uart"), 1);
    REQUIRE(second);
    CHECK(second->controller == fdt::find(tree, "/intc"));
    CHECK(second->count == 3);
    CHECK(second->cells[1] == 34);
    CHECK(fdt::interrupt(fdt::find(tree, "/soc/uart"), 2).error == fdt::Error::not_found);
    const fdt::Node timer = fdt::find(tree, "/soc/timer");
    CHECK(fdt::interrupt(timer)->controller == fdt::find(tree, "/msi"));
    CHECK(fdt::interrupt(timer, 1)->cells[1] == 9);
    CHECK(fdt::interrupt(timer, 2).error == fdt::Error::interrupt_controller_missing);
    CHECK(!timer.enabled());
}

TEST_CASE("chosen, memory and reserved memory are read", "[fdt]") {
    const Exact exact{board()};
    const fdt::Tree tree{exact.bytes()};
    CHECK(str(fdt::bootargs(tree)) == "quiet trace=1");
    CHECK(str(fdt::console(tree).options) == "115200n8");
    CHECK(fdt::console(tree).node.compatible("arm,primecell"));
    CHECK(*fdt::initrd(tree) == fdt::Region{0x88000000, 0x1234});
    std::vector<fdt::Region> memory, reserved;
    CHECK(fdt::for_each_memory(tree, [&](fdt::Region region) { memory.push_back(region); }) ==
          fdt::Error::none);
    CHECK(memory == std::vector<fdt::Region>{{0x80000000, 0x10000000}, {0x100000000, 0x200000000}});
    CHECK(fdt::for_each_reserved_memory(tree, [&](fdt::Node node, fdt::Region region) {
              CHECK(node.has("no-map"));
              reserved.push_back(region);
          }) == fdt::Error::none);
    CHECK(reserved == std::vector<fdt::Region>{{0x80000000, 0x40000}});
}

TEST_CASE("every device tree error has a text of its own", "[fdt]") {
    std::vector<std::string> texts;
    for (unsigned error = 0; error <= static_cast<unsigned>(fdt::Error::initrd_wrong); ++error) {
        const std::string text = fdt::text(static_cast<fdt::Error>(error));
        CHECK(text.starts_with("device tree: "));
        CHECK(std::find(texts.begin(), texts.end(), text) == texts.end());
        texts.push_back(text);
    }
}
