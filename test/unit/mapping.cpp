// SPDX-License-Identifier: BSD-2-Clause
// Mapping frames and tables through their capabilities.
#include "world.hpp"

#include <arch/page_format.hpp>
#include <generic/mm/walker.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/vspace.hpp>

namespace {

using namespace kernel;
using test::Method;
using test::World;
using Format = arch::PageFormat;

struct Memory {
    static Format::Entry* table(PhysAddr address) {
        return static_cast<Format::Entry*>(arch::to_virtual(address));
    }
};

struct Space {
    World world;
    Word space = world.make(ObjectType::vspace);
    Word tables = world.make(ObjectType::page_table, 0, 5);
    Word frames = world.make(ObjectType::frame, 12, 3);

    Space() {
        for (const Word table : {tables, tables + 1, tables + 2})
            REQUIRE(map_table(table, 0x1000) == Error::none);
    }
    ~Space() { test::check_invariants(world); }

    Error map_table(Word table, Word address) {
        return world.call(table, Method::page_table_map, {address}, {space}).error;
    }
    test::Outcome map(Word frame, Word address, Word rights = 3, Word attributes = 4) {
        return world.call(frame, Method::frame_map, {address, rights, attributes}, {space});
    }
    /// What the hardware would find: 0 if nothing.
    Format::Entry entry(Word address) {
        const auto found = mm::Walker<Format, Memory>::find(world.object<VSpace>(space).root,
                                                            VirtAddr(address), Format::levels - 1);
        return *found.entry;
    }
    Error remove(Word index) {
        return world.call(World::cnode, Method::cnode_delete, {index, word_bits}).error;
    }
};

} // namespace

TEST_CASE("a mapped frame is found by the walk, with the rights asked for", "[mapping]") {
    Space s;
    REQUIRE(s.map(s.frames, 0x3000, 1 | 2, 0).error == Error::none);
    const auto entry = s.entry(0x3000);
    CHECK(Format::address(2, entry) == s.world.slot(s.frames).object.physical());
    CHECK(Format::attributes(2, entry) == mm::PageAttributes(true, true));
    REQUIRE(s.map(s.frames, 0x3000, 2, 4).error == Error::none);
    CHECK(Format::attributes(2, s.entry(0x3000)) == mm::PageAttributes{});
}

TEST_CASE("a frame is mapped once, and only where nothing is", "[mapping]") {
    Space s;
    REQUIRE(s.map(s.frames, 0x3000).error == Error::none);
    CHECK(s.map(s.frames, 0x4000).error == Error::already_mapped);
    CHECK(s.map(s.frames + 1, 0x3000).error == Error::already_mapped);
    CHECK(s.entry(0x4000) == 0);
}

TEST_CASE("a mapping needs tables, alignment and a user address", "[mapping]") {
    Space s;
    const auto missing = s.map(s.frames, 0x40000000);
    CHECK(missing.error == Error::missing_table);
    CHECK(missing.words[0] == 30);
    CHECK(s.map(s.frames, 0x200000).words[0] == 21);
    CHECK(s.map(s.frames, 0x3800).error == Error::misaligned);
    CHECK(s.map(s.frames, Format::user_end).error == Error::out_of_range);
    CHECK(s.map(s.frames, ~Word{0} << 12).error == Error::out_of_range);
    CHECK(s.map(s.frames, 0x3000, 1).error == Error::missing_right);
    CHECK(s.map(s.frames, 0x3000, 3, 3).error == Error::invalid_argument);
    CHECK(s.map(s.frames, 0x3000, 3, 8).error == Error::invalid_argument);
}

TEST_CASE("the mapping goes with its capability, and with no other", "[mapping]") {
    Space s;
    REQUIRE(s.map(s.frames, 0x3000).error == Error::none);
    const Word copy = s.world.free_slot();
    REQUIRE(s.world
                .call(World::cnode, Method::cnode_copy, {copy, word_bits, s.frames, word_bits, 15},
                      {World::cnode})
                .error == Error::none);
    REQUIRE(s.remove(copy) == Error::none);
    CHECK(s.entry(0x3000) != 0);
    REQUIRE(s.remove(s.frames) == Error::none);
    CHECK(s.entry(0x3000) == 0);
}

TEST_CASE("a table is mapped once, and a refused mapping leaves it where it is", "[mapping]") {
    Space s;
    CHECK(s.map_table(s.tables + 2, 0x200000) == Error::already_mapped);
    CHECK(s.map_table(s.tables + 3, 0x1000) == Error::already_mapped);
    CHECK(s.map(s.frames, 0x3000).error == Error::none);
    CHECK(s.map_table(s.tables + 2, Format::user_end) != Error::none);
    CHECK(s.entry(0x3000) != 0);
}

TEST_CASE("a page table has one capability", "[mapping]") {
    Space s;
    CHECK(s.world
              .call(World::cnode, Method::cnode_copy,
                    {s.world.free_slot(), word_bits, s.tables, word_bits, 15}, {World::cnode})
              .error == Error::illegal_operation);
}

TEST_CASE("what hung below an unmapped table is mapped no more", "[mapping]") {
    Space s;
    REQUIRE(s.map(s.frames, 0x3000).error == Error::none);
    REQUIRE(s.world.call(s.tables + 2, Method::page_table_unmap, {}).error == Error::none);
    CHECK(s.map(s.frames, 0x3000).error == Error::missing_table);
    REQUIRE(s.map_table(s.tables + 2, 0x1000) == Error::none);
    CHECK(s.entry(0x3000) == 0);
    CHECK(s.map(s.frames, 0x5000).error == Error::none);
}

TEST_CASE("a VSpace that is gone takes its mappings along", "[mapping]") {
    Space s;
    REQUIRE(s.map(s.frames, 0x3000).error == Error::none);
    REQUIRE(s.remove(s.space) == Error::none);
    test::check_invariants(s.world);
    s.space = s.world.make(ObjectType::vspace);
    for (const Word table : {s.tables, s.tables + 1, s.tables + 2})
        REQUIRE(s.map_table(table, 0x1000) == Error::none);
    CHECK(s.entry(0x3000) == 0);
    CHECK(s.map(s.frames, 0x3000).error == Error::none);
}

TEST_CASE("a group of entries is written, changed and removed as one", "[mapping]") {
    Space s;
    const Word group = s.world.make(ObjectType::frame, 16);
    const auto count_entries = [&](mm::PageAttributes attributes) {
        unsigned count = 0;
        for (unsigned i = 0; i < 16; ++i) {
            const auto entry = s.entry(0x10000 + Word{i} * 0x1000);
            count += entry != 0 && Format::grouped(entry) &&
                     Format::attributes(2, entry) == attributes &&
                     Format::address(2, entry) ==
                         s.world.slot(group).object.physical() + uint64_t{i} * 0x1000;
        }
        return count;
    };
    REQUIRE(s.map(group, 0x10000).error == Error::none);
    CHECK(count_entries({true, false}) == 16);
    CHECK(s.map(s.frames, 0x1f000).error == Error::already_mapped);
    REQUIRE(s.world.call(group, Method::frame_set_rights, {2, 4}).error == Error::none);
    CHECK(count_entries({}) == 16);
    REQUIRE(s.remove(group) == Error::none);
    for (Word address = 0x10000; address < 0x20000; address += 0x1000)
        CHECK(s.entry(address) == 0);
    CHECK(s.entry(0x20000) == 0);
}

TEST_CASE("a group of entries needs all of its places", "[mapping]") {
    Space s;
    const Word group = s.world.make(ObjectType::frame, 16);
    REQUIRE(s.map(s.frames, 0x1f000).error == Error::none);
    CHECK(s.map(group, 0x10000).error == Error::already_mapped);
    CHECK(s.entry(0x10000) == 0);
    CHECK(s.entry(0x1f000) != 0);
    CHECK(s.map(group, 0x18000).error == Error::misaligned);
    CHECK(s.map(group, 0x20000).error == Error::none);
}

TEST_CASE("cache maintenance does what was asked for, to the range and no further", "[mapping]") {
    using cobnut::CacheOperation;
    Space s;
    auto& machine = arch::host::machine;
    constexpr Word offset = 100, bytes = 3000;
    for (const auto operation : {CacheOperation::clean, CacheOperation::invalidate,
                                 CacheOperation::clean_invalidate, CacheOperation::unify}) {
        machine.cleaned = machine.cleaned_to_coherency = machine.made_executable = 0;
        REQUIRE(s.world.call(s.frames, Method::frame_cache,
                             {static_cast<Word>(operation), offset, bytes}).error == Error::none);
        const bool cleans = operation == CacheOperation::clean, unifies = operation == CacheOperation::unify;
        CHECK(machine.cleaned == (cleans ? bytes : 0));
        CHECK(machine.made_executable == (unifies ? bytes : 0));
        CHECK(machine.cleaned_to_coherency == (cleans || unifies ? 0 : bytes));
    }
    machine.cleaned_to_coherency = machine.made_executable = 0;
    REQUIRE(s.map(s.frames, 0x3000, 3, 4).error == Error::none);
    CHECK(machine.made_executable == 0);
    REQUIRE(s.map(s.frames, 0x3000, 3, 0).error == Error::none);
    CHECK(machine.made_executable == 4096);
    REQUIRE(s.map(s.frames + 1, 0x4000, 3, 4 | 1).error == Error::none);
    CHECK(machine.cleaned_to_coherency == 4096);
}
