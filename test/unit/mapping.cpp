// SPDX-License-Identifier: BSD-2-Clause
// Mapping frames and tables through their capabilities.
#include "world.hpp"

#include <arch/page_format.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/mm/walker.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/vspace.hpp>

#include <array>

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
    CHECK(Format::address(2, entry) == s.world.slot(s.frames).memory());
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

TEST_CASE("a table that holds something is not unmapped, and nothing is lost", "[mapping]") {
    Space s;
    const auto unmap = [&s](Word table) {
        return s.world.call(table, Method::page_table_unmap, {}).error;
    };
    // The first entry of the table, the last one, one in between.
    for (const Word address : {Word{0}, Word{0x1ff000}, Word{0x102000}}) {
        REQUIRE(s.map(s.frames, address).error == Error::none);
        const uint64_t id = s.world.object<VSpace>(s.space).id;
        CHECK(unmap(s.tables + 2) == Error::in_use);
        CHECK(unmap(s.tables + 1) == Error::in_use);
        CHECK(s.world.object<VSpace>(s.space).id == id);
        CHECK(s.entry(address) != 0);
        test::check_invariants(s.world);
        REQUIRE(s.world.call(s.frames, Method::frame_unmap, {}).error == Error::none);
    }
    CHECK(unmap(s.tables + 1) == Error::in_use);
    REQUIRE(unmap(s.tables + 2) == Error::none);
    REQUIRE(unmap(s.tables + 2) == Error::none);
    CHECK(s.map(s.frames, 0x3000).words[0] == 21);
    REQUIRE(unmap(s.tables + 1) == Error::none);
    CHECK(s.map(s.frames, 0x3000).words[0] == 30);
    REQUIRE(s.map_table(s.tables + 2, 0x1000) == Error::none);
}

TEST_CASE("no record of an address space that lost a table in use, or its root, is true again", "[mapping]") {
    for (const bool loses_root : {false, true})
        for (const bool deletes : {false, true}) {
            if (!loses_root && !deletes)
                continue; // refused
            Space s;
            const Word copy = s.world.free_slot();
            REQUIRE(s.world
                        .call(World::cnode, Method::cnode_copy, {copy, word_bits, s.frames, word_bits, 15},
                              {World::cnode})
                        .error == Error::none);
            REQUIRE(s.map(s.frames, 0x3000).error == Error::none);
            const Word lost = s.tables + (loses_root ? 0 : 2);
            if (deletes)
                REQUIRE(s.remove(lost) == Error::none);
            else
                REQUIRE(s.world.call(lost, Method::page_table_unmap, {}).error == Error::none);
            test::check_invariants(s.world);
            // It is as new: the first table that misses is the root.
            CHECK(!s.world.object<VSpace>(s.space).has_root());
            CHECK(s.map(copy, 0x3000).words[0] == word_bits);
            const Word fresh = s.world.make(ObjectType::page_table);
            for (Word table = s.tables; table < s.tables + 3; ++table)
                REQUIRE(s.map_table(deletes && table == lost ? fresh : table, 0x1000) == Error::none);
            REQUIRE(s.map(copy, 0x3000).error == Error::none);
            // The same Frame at the same place of the same address space: still not what the record means.
            CHECK(s.world.call(s.frames, Method::frame_set_rights, {2, 4}).error == Error::not_mapped);
            REQUIRE(s.world.call(s.frames, Method::frame_unmap, {}).error == Error::none);
            CHECK(Format::attributes(2, s.entry(0x3000)) == mm::PageAttributes(true, false));
            REQUIRE(s.remove(s.frames) == Error::none);
            CHECK(s.entry(0x3000) != 0);
            CHECK(s.map(copy, 0x4000).error == Error::already_mapped);
        }
}

TEST_CASE("an empty table that is deleted takes nothing along", "[mapping]") {
    Space s;
    REQUIRE(s.map_table(s.tables + 3, 0x200000) == Error::none);
    REQUIRE(s.map(s.frames, 0x3000).error == Error::none);
    REQUIRE(s.map(s.frames + 1, 0x201000).error == Error::none);
    REQUIRE(s.remove(s.frames) == Error::none);
    REQUIRE(s.remove(s.tables + 2) == Error::none);
    CHECK(s.map(s.frames + 2, 0x3000).words[0] == 21);
    CHECK(s.entry(0x201000) != 0);
}

TEST_CASE("a revoke takes what tables hold before the tables, in whatever order they were made", "[mapping]") {
    // Which of three tables is made when, behind the frames; the root is not of the part.
    for (const auto& order : {std::array<Word, 3>{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
        World world;
        const Word space = world.make(ObjectType::vspace), root = world.make(ObjectType::page_table),
                   mine = world.make(ObjectType::frame, 12), part = world.make(ObjectType::untyped, 16);
        const auto make = [&](ObjectType type, Word size_bits) {
            const Word slot = world.free_slot();
            REQUIRE(world.call(part, Method::untyped_retype,
                               {static_cast<Word>(type), size_bits, 0, 0, slot, 1}, {World::cnode})
                        .error == Error::none);
            return slot;
        };
        const Word frame = make(ObjectType::frame, 12), copy = world.free_slot();
        REQUIRE(world.call(World::cnode, Method::cnode_copy, {copy, word_bits, frame, word_bits, 15},
                           {World::cnode}).error == Error::none);
        Word tables[3] = {};
        for (const Word level : order)
            tables[level] = make(ObjectType::page_table, 0);
        const auto map_table = [&](Word table, Word address) {
            REQUIRE(world.call(table, Method::page_table_map, {address}, {space}).error == Error::none);
        };
        const auto map = [&](Word which, Word address) {
            return world.call(which, Method::frame_map, {address, 3, 4}, {space}).error;
        };
        map_table(root, 0);
        map_table(tables[0], 0x1000);
        map_table(tables[1], 0x1000);
        map_table(tables[2], 0x200000);
        REQUIRE(map(frame, 0x3000) == Error::none);
        REQUIRE(map(copy, 0x201000) == Error::none);
        const Word upper = world.make(ObjectType::page_table, 0, 2);
        map_table(upper, 0x40000000);
        map_table(upper + 1, 0x40000000);
        REQUIRE(map(mine, 0x40000000) == Error::none);
        REQUIRE(world.call(World::cnode, Method::cnode_revoke, {part, word_bits}).error == Error::none);
        CHECK(world.object<VSpace>(space).has_root());
        CHECK(map(mine, 0x40001000) == Error::already_mapped);
        test::check_invariants(world);
    }
}

TEST_CASE("a revoke ends whose tables hold what stays", "[mapping]") {
    Space s;
    const Word part = s.world.make(ObjectType::untyped, 16);
    for (const Word slot : {s.world.free_slot(), s.world.free_slot() + 1})
        REQUIRE(s.world.call(part, Method::untyped_retype,
                             {static_cast<Word>(ObjectType::page_table), 0, 0, 0, slot, 1}, {World::cnode})
                    .error == Error::none);
    const Word table = s.world.free_slot() - 1;
    REQUIRE(s.map_table(table, 0x200000) == Error::none);
    REQUIRE(s.map(s.frames, 0x200000).error == Error::none);
    REQUIRE(s.world.call(World::cnode, Method::cnode_revoke, {part, word_bits}).error == Error::none);
    CHECK(!s.world.object<VSpace>(s.space).has_root());
    CHECK(s.world.call(s.frames, Method::frame_set_rights, {2, 4}).error == Error::not_mapped);
}

TEST_CASE("an address space gets no root when the ids have run out", "[mapping]") {
    Space s;
    kernel_state.last_space_id = Slot::space_id_end - 1;
    REQUIRE(s.world.call(s.tables, Method::page_table_unmap, {}).error == Error::none);
    CHECK(s.map_table(s.tables, 0x1000) == Error::not_enough_memory);
    CHECK(s.map(s.frames, 0x3000).words[0] == word_bits);
    test::check_invariants(s.world);
}

TEST_CASE("mappings under an id of all bits are what those under a small one are", "[mapping]") {
    for (const uint64_t id : {Slot::space_id_end - 2, uint64_t{1} << 50, uint64_t{0x5a58'0002'1234'5678}}) {
        Space s;
        World& world = s.world;
        REQUIRE(world.call(s.tables, Method::page_table_unmap, {}).error == Error::none);
        kernel_state.last_space_id = id;
        for (const Word table : {s.tables, s.tables + 1, s.tables + 2})
            REQUIRE(s.map_table(table, 0x1000) == Error::none);
        REQUIRE(world.object<VSpace>(s.space).id > id);
        REQUIRE(s.map(s.frames, 0x3000).error == Error::none);
        const PhysAddr page = world.slot(s.frames).memory();
        CHECK(Format::address(2, s.entry(0x3000)) == page);

        const auto table = world.call(World::cnode, Method::cnode_identify, {s.tables, word_bits});
        CHECK(table.words[1] == cobnut::Rights::all().bits);
        // A copy is the same object, unmapped; the neighbour's page is another one.
        const Word copy = world.free_slot();
        REQUIRE(world.call(World::cnode, Method::cnode_copy, {copy, word_bits, s.frames, word_bits, 15},
                           {World::cnode})
                    .error == Error::none);
        CHECK(world.slot(copy).memory() == page);
        CHECK(!mm::mapping_of(world.slot(copy)).mapped);
        CHECK(derivation::same_object(world.slot(copy), world.slot(s.frames)));
        CHECK(!derivation::same_object(world.slot(s.frames), world.slot(s.frames + 1)));
        REQUIRE(s.map(copy, 0x4000).error == Error::none);
        REQUIRE(s.map(s.frames + 1, 0x5000).error == Error::none);
        CHECK(s.map_table(s.tables + 2, 0x200000) == Error::already_mapped);
        test::check_invariants(world);

        const Word to = world.free_slot();
        REQUIRE(world.call(World::cnode, Method::cnode_move, {to, word_bits, copy, word_bits}, {World::cnode}).error ==
                Error::none);
        REQUIRE(world.call(to, Method::frame_set_rights, {2, 4}).error == Error::none);
        CHECK(!Format::attributes(2, s.entry(0x4000)).write());
        REQUIRE(world.call(to, Method::frame_unmap, {}).error == Error::none);
        CHECK(s.entry(0x4000) == 0);
        CHECK(world.call(s.tables + 2, Method::page_table_unmap, {}).error == Error::in_use);
        REQUIRE(world.call(s.frames + 1, Method::frame_unmap, {}).error == Error::none);
        REQUIRE(s.remove(s.frames) == Error::none);
        REQUIRE(world.call(s.tables + 2, Method::page_table_unmap, {}).error == Error::none);
        REQUIRE(s.map_table(s.tables + 2, 0x1000) == Error::none);
        REQUIRE(s.map(to, 0x3000).error == Error::none);
        CHECK(Format::address(2, s.entry(0x3000)) == page);
        REQUIRE(s.remove(s.tables + 1) == Error::none); // in use: the space becomes as new
        CHECK(world.call(to, Method::frame_set_rights, {2, 4}).error == Error::not_mapped);
    }
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
                         s.world.slot(group).memory() + uint64_t{i} * 0x1000;
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
