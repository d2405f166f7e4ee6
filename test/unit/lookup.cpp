// SPDX-License-Identifier: BSD-2-Clause
// Capability look-up against a model that works on strings of bits.
#include "kernel_memory.hpp"

#include <generic/cap/lookup.hpp>

#include <string>
#include <vector>

namespace {

using namespace kernel;
using cobnut::LookupFailure;
using test::below;

std::string bits_of(Word value, unsigned count) {
    std::string bits;
    for (unsigned bit = count; bit-- > 0;)
        bits += (value >> bit & 1) != 0 ? '1' : '0';
    return bits;
}

Word value_of(const std::string& bits) {
    Word value = 0;
    for (const char bit : bits)
        value = value << 1 | (bit == '1');
    return value;
}

void set_cnode(Slot& slot, Slot* slots, unsigned radix, Word guard, unsigned guard_bits) {
    slot.set(ObjectType::cnode, slots, radix, guard << 6 | guard_bits);
}

struct Outcome {
    Slot* slot = nullptr;
    LookupFailure why{};
    size_t left = 0;
};

Outcome model(const Slot& root, std::string path) {
    if (root.type() != ObjectType::cnode)
        return {nullptr, LookupFailure::invalid_root, path.size()};
    const Slot* node = &root;
    for (unsigned levels = 1;; ++levels) {
        if (levels > 4)
            return {nullptr, LookupFailure::too_deep, path.size()};
        const std::string guard = bits_of(node->guard(), node->guard_bits());
        if (!path.starts_with(guard))
            return {nullptr, LookupFailure::guard_mismatch, path.size()};
        if (path.size() < guard.size() + node->radix())
            return {nullptr, LookupFailure::depth_mismatch, path.size()};
        Slot* slot = node->pointer<Slot>() + value_of(path.substr(guard.size(), node->radix()));
        path = path.substr(guard.size() + node->radix());
        if (path.empty())
            return {slot, {}, 0};
        if (slot->type() != ObjectType::cnode)
            return {nullptr, LookupFailure::missing_node, path.size()};
        node = slot;
    }
}

void compare(const Slot& root, Word path, unsigned depth) {
    const Outcome expected = model(root, bits_of(path, depth));
    const auto found = lookup_slot(root, path, depth);
    REQUIRE(found.ok() == (expected.slot != nullptr));
    if (found.ok()) {
        REQUIRE(found.value() == expected.slot);
    } else {
        REQUIRE(found.failure().error() == Error::failed_lookup);
        REQUIRE(found.failure().first() == expected.left);
        REQUIRE(found.failure().second() == static_cast<Word>(expected.why));
    }
}

/// CNodes of random radix and guard, some in slots of others (cycles too).
struct Space {
    test::KernelMemory memory;
    Slot root;
    std::vector<std::pair<Slot*, unsigned>> nodes;

    explicit Space(test::Random& random) {
        for (unsigned i = 0; i < 6; ++i) {
            const unsigned radix = 1 + below(random, 5);
            nodes.emplace_back(memory.make<Slot>(size_t{1} << radix), radix);
        }
        for (const auto& [slots, radix] : nodes)
            for (unsigned i = 0; i < 1u << radix; ++i)
                if (below(random, 4) != 0)
                    name_node(slots[i], random);
        name_node(root, random);
    }

    void name_node(Slot& slot, test::Random& random) {
        const auto& [slots, radix] = nodes[below(random, 6)];
        const unsigned guard_bits = below(random, 3) == 0 ? 0 : below(random, 12);
        set_cnode(slot, slots, radix, random() & ((Word{1} << guard_bits) - 1), guard_bits);
    }
};

/// A path that fits the guards for as long as it can.
std::string fitting_path(const Slot& root, unsigned depth, test::Random& random) {
    std::string path;
    for (const Slot* node = &root; node->type() == ObjectType::cnode && path.size() < depth;) {
        path += bits_of(node->guard(), node->guard_bits());
        const Word index = below(random, 1u << node->radix());
        path += bits_of(index, node->radix());
        node = node->pointer<Slot>() + index;
    }
    while (path.size() < depth)
        path += below(random, 2) != 0 ? '1' : '0';
    return path.substr(0, depth);
}

} // namespace

TEST_CASE("look-up follows guards and levels as a string of bits would", "[lookup]") {
    unsigned found = 0;
    for (unsigned seed = 0; seed < 100; ++seed) {
        test::Random random{seed};
        Space space{random};
        for (unsigned round = 0; round < 200; ++round) {
            const unsigned depth = 1 + below(random, word_bits);
            std::string path = fitting_path(space.root, depth, random);
            if (below(random, 3) == 0)
                path[below(random, depth)] ^= 1;
            compare(space.root, value_of(path), depth);
            found += lookup_slot(space.root, value_of(path), depth).ok();
        }
    }
    CHECK(found > 500);
}

TEST_CASE("look-up ignores path bits above the depth", "[lookup]") {
    test::KernelMemory memory;
    Slot* slots = memory.make<Slot>(16);
    Slot root;
    set_cnode(root, slots, 4, 0b101, 3);
    CHECK(lookup_slot(root, 0b1011100, 7).value() == &slots[12]);
    CHECK(lookup_slot(root, ~Word{0} << 7 | 0b1011100, 7).value() == &slots[12]);
    CHECK(lookup_slot(root, 0b0011100, 7).failure().second() ==
          static_cast<Word>(LookupFailure::guard_mismatch));
}

TEST_CASE("look-up refuses depth 0 and more bits than a word has", "[lookup]") {
    test::KernelMemory memory;
    Slot root;
    set_cnode(root, memory.make<Slot>(16), 4, 0, 0);
    for (const unsigned depth : {0u, word_bits + 1, ~0u})
        CHECK(lookup_slot(root, 0, depth).failure().error() == Error::failed_lookup);
}

TEST_CASE("look-up of a full word through one CNode reaches its first and last slot", "[lookup]") {
    test::KernelMemory memory;
    Slot* slots = memory.make<Slot>(64);
    Slot root;
    set_cnode(root, slots, 6, 0, word_bits - 6);
    CHECK(lookup_slot(root, 0, word_bits).value() == &slots[0]);
    CHECK(lookup_slot(root, 63, word_bits).value() == &slots[63]);
    CHECK(!lookup_slot(root, 64, word_bits).ok());
}

TEST_CASE("look-up of a capability refuses empty slots and zombies", "[lookup]") {
    test::KernelMemory memory;
    Slot* slots = memory.make<Slot>(2);
    Slot root;
    set_cnode(root, slots, 1, 0, word_bits - 1);
    CHECK(lookup_capability(root, 0).failure().error() == Error::invalid_capability);
    slots[0].set(zombie_type, slots, 1, 0);
    CHECK(lookup_capability(root, 0).failure().error() == Error::invalid_capability);
    slots[0].set(ObjectType::endpoint, slots, 0, 0);
    CHECK(lookup_capability(root, 0).value() == &slots[0]);
}
