// SPDX-License-Identifier: BSD-2-Clause
// Untyped memory and retype.
#include "world.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/scheduler.hpp>

#include <algorithm>

namespace {

using namespace kernel;
using test::below;
using test::Method;
using test::Outcome;
using test::World;

Outcome retype(World& world, Word untyped, ObjectType type, Word size_bits, Word first,
               Word count) {
    return world.call(untyped, Method::untyped_retype,
                      {static_cast<Word>(type), size_bits, 0, 0, first, count}, {World::cnode});
}

uint64_t used(World& world, Word untyped) {
    return world.call(untyped, Method::untyped_query, {}).words[1];
}

Outcome revoke(World& world, Word index) {
    return world.call(World::cnode, Method::cnode_revoke, {index, word_bits});
}

unsigned char* memory_of(const Slot& slot) {
    return static_cast<unsigned char*>(slot.type() == ObjectType::frame ||
                                               slot.type() == ObjectType::untyped
                                           ? arch::to_virtual(slot.memory())
                                           : slot.pointer<void>());
}

/// The current thread's retype is preempted once.
void start_preempted(World& world, Word untyped, ObjectType type, Word size_bits, Word first,
                     Word count) {
    world.call_preempted(untyped, Method::untyped_retype,
                         {static_cast<Word>(type), size_bits, 0, 0, first, count}, {World::cnode});
}

} // namespace

TEST_CASE("retype gives aligned, disjoint, cleared objects until the Untyped is used up",
          "[untyped]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        World world;
        test::Random random{seed};
        arch::host::machine.preempt_every = below(random, 3);
        const Word untyped = world.make(ObjectType::untyped, 16);
        const uint64_t base = world.slot(untyped).object.physical().raw();
        std::fill_n(memory_of(world.slot(untyped)), 1 << 16, uint8_t{0xff});
        uint64_t end = 0;
        for (unsigned round = 0; round < 40; ++round) {
            static constexpr struct {
                ObjectType type;
                unsigned size_bits, object_bits;
            } kinds[] = {{ObjectType::endpoint, 0, 4},      {ObjectType::notification, 0, 6},
                         {ObjectType::reply, 0, 6},         {ObjectType::cnode, 3, 8},
                         {ObjectType::frame, 12, 12},       {ObjectType::page_table, 0, 12},
                         {ObjectType::sched_context, 9, 9}, {ObjectType::vspace, 0, 7},
                         {ObjectType::untyped, 11, 11}};
            const auto& kind = kinds[below(random, 9)];
            const Word first = world.free_slot();
            if (first + 3 >= World::slot_count)
                break;
            const Word count = 1 + below(random, 3);
            const uint64_t size = uint64_t{1} << kind.object_bits;
            const uint64_t begin = align_up(end, size);
            const Outcome outcome = retype(world, untyped, kind.type, kind.size_bits, first, count);
            if (begin + count * size > 1 << 16) {
                REQUIRE(outcome.error == Error::not_enough_memory);
                REQUIRE(world.slot(first).empty());
                REQUIRE(used(world, untyped) == end);
                continue;
            }
            REQUIRE(outcome.error == Error::none);
            end = begin + count * size;
            REQUIRE(used(world, untyped) == end);
            for (Word i = 0; i < count; ++i) {
                const Slot& slot = world.slot(first + i);
                REQUIRE(arch::to_physical(memory_of(slot)).raw() == base + begin + i * size);
                if (kind.type == ObjectType::frame || kind.type == ObjectType::cnode ||
                    kind.type == ObjectType::page_table)
                    REQUIRE(std::all_of(memory_of(slot), memory_of(slot) + size,
                                        [](unsigned char byte) { return byte == 0; }));
            }
            test::check_invariants(world);
        }
    }
}

TEST_CASE("a refused retype changes nothing", "[untyped]") {
    World world;
    const Word untyped = world.make(ObjectType::untyped, 12);
    const Word free = world.free_slot();
    CHECK(retype(world, untyped, ObjectType::endpoint, 1, free, 1).error ==
          Error::invalid_argument);
    CHECK(retype(world, untyped, ObjectType::null, 0, free, 1).error == Error::invalid_argument);
    CHECK(retype(world, untyped, ObjectType::irq_control, 0, free, 1).error ==
          Error::invalid_argument);
    CHECK(retype(world, untyped, ObjectType::frame, 13, free, 1).error == Error::invalid_argument);
    CHECK(retype(world, untyped, ObjectType::untyped, 3, free, 1).error == Error::out_of_range);
    CHECK(retype(world, untyped, ObjectType::cnode, 0, free, 1).error == Error::out_of_range);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, free, 0).error == Error::out_of_range);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, free, 257).error == Error::out_of_range);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, World::slot_count - 1, 2).error ==
          Error::out_of_range);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, ~Word{0}, 2).error ==
          Error::out_of_range);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, free - 1, 2).error ==
          Error::slot_occupied);
    CHECK(retype(world, untyped, ObjectType::untyped, 12, free, 2).error ==
          Error::not_enough_memory);
    CHECK(used(world, untyped) == 0);
    CHECK(world.slot(free).empty());
    test::check_invariants(world);
}

TEST_CASE("memory comes back when the last object in it is gone", "[untyped]") {
    World world;
    const Word untyped = world.make(ObjectType::untyped, 12);
    const Word first = world.free_slot();
    REQUIRE(retype(world, untyped, ObjectType::notification, 0, first, 3).error == Error::none);
    REQUIRE(world.call(World::cnode, Method::cnode_delete, {first, word_bits}).error ==
            Error::none);
    CHECK(used(world, untyped) == 3 * 64);
    REQUIRE(revoke(world, untyped).error == Error::none);
    CHECK(used(world, untyped) == 0);
    CHECK(world.slot(first + 2).empty());
    CHECK(retype(world, untyped, ObjectType::frame, 12, first, 1).error == Error::none);
    test::check_invariants(world);
}

TEST_CASE("what a dying thread or CNode held is in nobody's slot, preempted or not", "[untyped]") {
    for (unsigned preempt : {0, 1}) {
        World world;
        const Word untyped = world.make(ObjectType::untyped, 14);
        const Word first = world.free_slot();
        REQUIRE(retype(world, untyped, ObjectType::thread, 0, first, 2).error == Error::none);
        REQUIRE(retype(world, untyped, ObjectType::cnode, 2, first + 2, 1).error == Error::none);
        for (Word i = 0; i < 2; ++i)
            thread_control::set_cspace(world.cpu(), *world.slot(first + i).pointer<Thread>(),
                                       world.slot(World::cnode), 0);
        REQUIRE(world
                    .call(first + 2, Method::cnode_move, {0, 2, first + 1, word_bits},
                          {World::cnode})
                    .error == Error::none);
        if (preempt != 0)
            world.call_preempted(World::cnode, Method::cnode_revoke, {untyped, word_bits});
        for (unsigned step = 0; step < 2; ++step) {
            CHECK((world.slot(first).empty() || world.slot(first).type() == ObjectType::thread));
            CHECK(world.slot(first + 1).empty());
            CHECK((world.slot(first + 2).empty() ||
                   world.slot(first + 2).type() == ObjectType::cnode));
            test::check_invariants(world);
            REQUIRE(revoke(world, untyped).error == Error::none);
        }
        for (Word i = 0; i < 3; ++i)
            CHECK(world.slot(first + i).empty());
        CHECK(used(world, untyped) == 0);
    }
}

TEST_CASE("a copy of an Untyped uses it up until the copy is gone", "[untyped]") {
    World world;
    const Word untyped = world.make(ObjectType::untyped, 12);
    const Word copy = world.free_slot();
    const auto copy_to = [&](Word index) {
        return world
            .call(World::cnode, Method::cnode_copy, {index, word_bits, untyped, word_bits, 15},
                  {World::cnode})
            .error;
    };
    REQUIRE(copy_to(copy) == Error::none);
    CHECK(copy_to(copy + 1) == Error::has_children);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, copy + 1, 1).error ==
          Error::not_enough_memory);
    CHECK(retype(world, copy, ObjectType::endpoint, 0, copy + 1, 1).error == Error::none);
    test::check_invariants(world);
    REQUIRE(revoke(world, untyped).error == Error::none);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, copy + 1, 1).error == Error::none);
    test::check_invariants(world);
}

TEST_CASE("what was cleared before a preemption does not count for other memory", "[untyped]") {
    World world;
    Thread& first = world.root();
    Thread& second = world.make_thread(90);
    const Word untyped = world.make(ObjectType::untyped, 16);
    const Word frames = world.free_slot();
    REQUIRE(retype(world, untyped, ObjectType::frame, 12, frames, 2).error == Error::none);
    std::fill_n(memory_of(world.slot(untyped)), 2 * 4096, uint8_t{0x5a});

    // Two CNodes of 16 KiB behind the frames; when the frames are gone, in their place.
    const Word nodes = world.free_slot();
    start_preempted(world, untyped, ObjectType::cnode, 9, nodes, 2);
    world.hand_over(first, second);
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, nodes, 1).error == Error::busy);
    REQUIRE(revoke(world, untyped).error == Error::none);
    world.hand_over(second, first);
    (void)world.syscall(test::Syscall::call);
    REQUIRE(world.slot(nodes).type() == ObjectType::cnode);
    for (const Word index : {nodes, nodes + 1})
        CHECK(std::all_of(memory_of(world.slot(index)), memory_of(world.slot(index)) + (1 << 14),
                          [](unsigned char byte) { return byte == 0; }));
    test::check_invariants(world);
}

TEST_CASE("an Untyped that is being cleared can be neither copied nor mistaken after a move",
          "[untyped]") {
    World world;
    Thread& first = world.root();
    Thread& second = world.make_thread(90);
    const Word untyped = world.make(ObjectType::untyped, 16);
    const Word place = world.free_slot();
    start_preempted(world, untyped, ObjectType::cnode, 9, place, 1);
    world.hand_over(first, second);
    CHECK(world
              .call(World::cnode, Method::cnode_copy,
                    {place + 1, word_bits, untyped, word_bits, 15}, {World::cnode})
              .error == Error::busy);
    REQUIRE(world
                .call(World::cnode, Method::cnode_move, {place + 1, word_bits, untyped, word_bits},
                      {World::cnode})
                .error == Error::none);
    CHECK(retype(world, place + 1, ObjectType::endpoint, 0, place + 2, 1).error == Error::none);
    test::check_invariants(world);
}

TEST_CASE("a suspended thread's preempted retype holds nobody up", "[untyped]") {
    World world;
    Thread& first = world.root();
    Thread& second = world.make_thread(90);
    const Word untyped = world.make(ObjectType::untyped, 16);
    const Word nodes = world.free_slot();
    start_preempted(world, untyped, ObjectType::cnode, 9, nodes, 2);
    world.hand_over(first, second);
    thread_control::suspend(world.cpu(), first);
    std::fill_n(memory_of(world.slot(untyped)), 4096, uint8_t{0x5a});
    CHECK(retype(world, untyped, ObjectType::endpoint, 0, nodes + 2, 1).error == Error::none);
    REQUIRE(revoke(world, untyped).error == Error::none);
    // What the first one had cleared counts no more.
    std::fill_n(memory_of(world.slot(untyped)), 4096, uint8_t{0x5a});
    thread_control::resume(world.cpu(), first);
    world.hand_over(second, first);
    (void)world.syscall(test::Syscall::call);
    REQUIRE(world.slot(nodes).type() == ObjectType::cnode);
    CHECK(std::all_of(memory_of(world.slot(nodes)), memory_of(world.slot(nodes)) + (1 << 14),
                      [](unsigned char byte) { return byte == 0; }));
    test::check_invariants(world);
}

TEST_CASE("a thread cannot change away from a CNode that dies with the change", "[thread]") {
    World world;
    Thread& victim = world.make_thread(110);
    const Word self = world.free_slot() - 2; // thread, then its context
    REQUIRE(world.slot(self).pointer<Thread>() == &victim);
    const Word space = world.make(ObjectType::vspace);
    const Word node = world.make(ObjectType::cnode, 3);
    const Word guard = word_bits - 3;
    const auto put = [&](Word index, Word from) {
        REQUIRE(
            world.call(node, Method::cnode_copy, {index, 3, from, word_bits, 15}, {World::cnode})
                .error == Error::none);
    };
    put(1, self);
    put(2, World::cnode);
    put(3, space);
    thread_control::set_cspace(world.cpu(), victim, world.slot(node), guard);
    REQUIRE(world.call(World::cnode, Method::cnode_delete, {node, word_bits}).error == Error::none);
    world.hand_over(world.root(), victim);
    CHECK(world.call(1, Method::thread_set_space, {0}, {2, 3}).error == Error::illegal_operation);
    CHECK(victim.cspace_slot.radix() == 3);
    test::check_invariants(world);
}

TEST_CASE("the sizes that the reference prints for 64 bits are those that retype takes", "[untyped]") {
    using cobnut::ObjectSize;
    for (const ObjectSize& row : cobnut::object_sizes) {
        const cobnut::SizeRange sizes = row.where_64_bits;
        if (sizes.least == 0)
            continue;
        INFO("type " << unsigned(row.type));
        const bool fixed = sizes.least == sizes.most;
        const Word added = fixed ? sizes.least : row.type == ObjectType::cnode ? cobnut::slot_size_bits : 0;
        for (const Word bits : {Word{sizes.least}, Word{sizes.most}}) {
            const auto made = kernel::untyped::object_bits(static_cast<Word>(row.type), bits - added);
            REQUIRE(made.ok());
            CHECK(made.value() == bits);
        }
        CHECK(!kernel::untyped::object_bits(static_cast<Word>(row.type), sizes.least - added - 1).ok());
        CHECK(!kernel::untyped::object_bits(static_cast<Word>(row.type), sizes.most - added + 1).ok());
    }
}
