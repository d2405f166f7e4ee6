// SPDX-License-Identifier: BSD-2-Clause
// A preempted revoke: nothing is derived below it.
#include "world.hpp"

#include <generic/cap/derivation.hpp>
#include <generic/cap/progress.hpp>
#include <generic/cap/revocation.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>

namespace {

using namespace kernel;
using test::Method;
using test::Syscall;
using test::World;

/// The root's revoke of an Endpoint's copy is preempted; another thread runs.
struct Preempted {
    World world;
    Thread& revoker = world.root();
    Thread& deriver = world.make_thread(90);
    Word origin = world.make(ObjectType::endpoint);
    Word revoked = derived(origin, 0);
    Word sibling = derived(origin, 0);
    Word deep = derived(derived(revoked, 7), 0);
    Word others[2] = {derived(revoked, 8), derived(revoked, 9)};

    Preempted() {
        world.call_preempted(World::cnode, Method::cnode_revoke, {revoked, word_bits});
        world.hand_over(revoker, deriver);
    }
    ~Preempted() { test::check_invariants(world); }

    Error copy(Word source, Word target, Word badge = 0) {
        const auto method = badge == 0 ? Method::cnode_copy : Method::cnode_mint;
        return world
            .call(World::cnode, method, {target, word_bits, source, word_bits, 15, badge},
                  {World::cnode})
            .error;
    }
    Word derived(Word source, Word badge) {
        const Word target = world.free_slot();
        REQUIRE(copy(source, target, badge) == Error::none);
        return target;
    }
    void finish() {
        world.hand_over(deriver, revoker);
        (void)world.syscall(Syscall::call);
        REQUIRE(cobnut::Tag{revoker.registers.tag()}.error() == Error::none);
        CHECK(world.slot(deep).empty());
        CHECK(!derivation::has_children(world.slot(revoked)));
    }
};

} // namespace

TEST_CASE("nothing is derived below a preempted revoke, everything beside it", "[revocation]") {
    Preempted test;
    World& world = test.world;
    const Word target = world.free_slot();
    CHECK(test.copy(test.deep, target) == Error::busy);
    CHECK(test.copy(test.revoked, target, 5) == Error::busy);
    CHECK(world.slot(target).empty());
    CHECK(world.call(World::thread, Method::thread_set_fault_handler, {}, {test.deep}).error ==
          Error::busy);
    CHECK(test.copy(test.origin, target) == Error::none);
    CHECK(test.copy(test.sibling, target + 1) == Error::none);
    const Word unrelated = world.make(ObjectType::endpoint);
    CHECK(test.copy(unrelated, world.free_slot()) == Error::none);
    test.finish();
    CHECK(kernel_state.progress_count == 0);
    CHECK(test.copy(test.revoked, world.free_slot()) == Error::none);
}

TEST_CASE("a message with a capability from below a preempted revoke is refused whole",
          "[revocation]") {
    Preempted test;
    World& world = test.world;
    const Word endpoint = world.make(ObjectType::endpoint);
    Thread& receiver = world.make_thread(120);
    REQUIRE(world.settle() == &receiver);
    auto& buffer = world.buffer(receiver);
    buffer.receive_root = World::cnode;
    buffer.receive_index = 100;
    buffer.receive_depth = word_bits;
    receiver.registers.a0 = endpoint;
    REQUIRE(world.syscall(Syscall::wait) == &test.deriver);
    world.put_message(test.deriver, 0, {}, {test.origin, test.deep});
    test.deriver.registers.a0 = endpoint;
    REQUIRE(world.syscall(Syscall::send) == &test.deriver);
    CHECK(cobnut::Tag{test.deriver.registers.tag()}.error() == Error::busy);
    CHECK(world.slot(100).empty());
    CHECK(receiver.wait_kind() == Wait::receive);
    test.finish();
}

TEST_CASE("below a preempted revoke of an Untyped nothing is made of its memory", "[revocation]") {
    World world;
    Thread& deriver = world.make_thread(90);
    const Word outer = world.make(ObjectType::untyped, 16);
    const auto retype = [&](Word untyped, ObjectType type, Word bits, Word first, Word count) {
        return world
            .call(untyped, Method::untyped_retype,
                  {static_cast<Word>(type), bits, 0, 0, first, count}, {World::cnode})
            .error;
    };
    const Word inner = world.free_slot();
    REQUIRE(retype(outer, ObjectType::untyped, 15, inner, 2) == Error::none);
    const Word node = world.free_slot();
    REQUIRE(retype(inner, ObjectType::cnode, 2, node, 3) == Error::none);
    REQUIRE(retype(inner + 1, ObjectType::frame, 12, node + 3, 1) == Error::none);
    world.call_preempted(World::cnode, Method::cnode_revoke, {inner, word_bits});
    world.hand_over(world.root(), deriver);
    const Word target = world.free_slot();
    const auto copy = [&](Word source) {
        return world
            .call(World::cnode, Method::cnode_copy, {target, word_bits, source, word_bits, 15},
                  {World::cnode})
            .error;
    };
    CHECK(retype(inner, ObjectType::endpoint, 0, target, 1) == Error::busy);
    for (Word index = node; index < node + 3; ++index)
        if (!world.slot(index).empty())
            CHECK(copy(index) == Error::busy);
    CHECK(copy(node + 3) == Error::none);
    CHECK(retype(inner + 1, ObjectType::endpoint, 0, world.free_slot(), 1) == Error::none);
    world.hand_over(deriver, world.root());
    (void)world.syscall(Syscall::call);
    CHECK(!derivation::has_children(world.slot(inner)));
    CHECK(retype(inner, ObjectType::cnode, 2, node, 1) == Error::none);
    test::check_invariants(world);
}

TEST_CASE("a preempted revoke counts no more when its thread or capability is gone",
          "[revocation]") {
    Preempted test;
    World& world = test.world;
    const auto index = static_cast<Word>(world.free_slot());
    SECTION("suspended") {
        thread_control::suspend(world.cpu(), test.revoker);
        CHECK(test.copy(test.deep, index) == Error::none);
        thread_control::resume(world.cpu(), test.revoker);
        CHECK(test.copy(test.deep, index + 1) == Error::busy);
    }
    SECTION("dead") {
        thread_control::destroy(world.cpu(), test.revoker);
        CHECK(kernel_state.progress_count == 0);
        CHECK(test.copy(test.deep, index) == Error::none);
    }
    SECTION("other registers") {
        const Word self = World::thread;
        CHECK(world.call(self, Method::thread_write_registers, {0, 0, 1, 0x2000}).error ==
              Error::none);
        CHECK(test.copy(test.deep, index) == Error::none);
    }
    SECTION("moved") {
        CHECK(world
                  .call(World::cnode, Method::cnode_move,
                        {index, word_bits, test.revoked, word_bits}, {World::cnode})
                  .error == Error::none);
        CHECK(test.copy(test.deep, index + 1) == Error::none);
    }
    SECTION("deleted") {
        CHECK(world.call(World::cnode, Method::cnode_delete, {test.revoked, word_bits}).error ==
              Error::none);
        CHECK(test.copy(test.deep, index) == Error::none);
    }
    SECTION("ended by another thread") {
        CHECK(world.call(World::cnode, Method::cnode_revoke, {test.revoked, word_bits}).error ==
              Error::none);
        CHECK(test.copy(test.revoked, index) == Error::none);
    }
}

TEST_CASE("a list of siblings that is too long to be searched counts as below", "[revocation]") {
    World world;
    Thread& revoker = world.make_thread(50);
    const Word origin = world.make(ObjectType::cnode, 1);
    const auto copy = [&](Word source, Word target) {
        return world
            .call(World::cnode, Method::cnode_copy, {target, word_bits, source, word_bits, 15},
                  {World::cnode})
            .error;
    };
    const Word first = world.free_slot();
    for (Word i = 0; i < 80; ++i)
        REQUIRE(copy(origin, first + i) == Error::none);
    (void)progress::remember(LongWork::revoke, world.slot(first), revoker);
    CHECK(copy(origin, first + 80) == Error::none);    // another object's neighbour
    CHECK(copy(first + 10, first + 81) == Error::none); // few older siblings
    CHECK(copy(first + 79, first + 82) == Error::busy);
    test::check_invariants(world);
}

TEST_CASE("one preempted revoke too many takes the place of the lowest priority's oldest",
          "[revocation]") {
    World world;
    constexpr unsigned count = Kernel::max_progress + 1;
    std::vector<Thread*> threads;
    for (unsigned i = 0; i < count; ++i)
        threads.push_back(&world.make_thread(i == 3 || i == 5 ? 20 : 30));
    const Word first = world.make(ObjectType::endpoint, 0, count);
    for (unsigned i = 0; i < count; ++i)
        (void)progress::remember(LongWork::revoke, world.slot(first + i), *threads[i]);
    CHECK(kernel_state.progress_count == Kernel::max_progress);
    for (unsigned i = 0; i < count; ++i)
        CHECK(revocation::check(world.slot(first + i)).ok() == (i == 3));
    (void)progress::remember(LongWork::revoke, world.slot(first), *threads[0]); // known already
    (void)progress::remember(LongWork::revoke, world.slot(first + 3), *threads[3]);
    CHECK(revocation::check(world.slot(first + 5)).ok()); // equal: the older one went
    (void)progress::remember(LongWork::revoke, world.slot(first + 5), world.make_thread(10));
    CHECK(revocation::check(world.slot(first + 5)).ok()); // lower than all: not recorded
    progress::forget(*threads[0]);
    CHECK(revocation::check(world.slot(first)).ok());
    CHECK(kernel_state.progress_count == Kernel::max_progress - 1);
}
