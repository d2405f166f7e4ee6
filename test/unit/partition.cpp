// SPDX-License-Identifier: BSD-2-Clause
// Time partitions on the simulated machine: who runs when.
#include "world.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/partition.hpp>
#include <generic/sched/scheduler.hpp>

#include <map>

namespace {

using namespace kernel;
using test::Method;
using test::Syscall;
using test::World;

constexpr Ticks slot_length = 1'000, pad = 100;

unsigned partition(const Thread& thread) { return sched::partition_of(thread.gate); }

/// The root in partition 0 and busy threads in 1 and 2, the latter higher than all.
struct Machine {
    World world;
    Thread& one = world.make_thread(50);
    Thread& two = world.make_thread(200);

    void start() {
        sched::set_partition(world.cpu(), one, 1);
        sched::set_partition(world.cpu(), two, 2);
        (void)world.settle();
        REQUIRE(world.cpu().current == &world.root());
        REQUIRE(world
                    .call(World::sched_control, Method::sched_control_set_schedule,
                          {pad, 3, 0, slot_length, 1, slot_length, 2, slot_length})
                    .error == test::Error::none);
    }
};

} // namespace

TEST_CASE("threads run in slots of their partition only, and nobody in the pads", "[partition]") {
    Machine machine;
    auto& host = arch::host::machine;
    const Ticks before = host.now;
    machine.start();
    const Ticks begin = host.now;
    CHECK(begin == before + pad);
    std::map<const Thread*, Ticks> ran;
    constexpr Ticks cycle = 3 * (slot_length + pad);
    while (host.now < begin + 20 * cycle) {
        const Thread* thread = machine.world.cpu().current;
        REQUIRE(thread != nullptr);
        const Ticks from = host.now;
        REQUIRE(host.deadline > from);
        host.now = host.deadline;
        ran[thread] += host.now - from;
        // The whole stretch lies in a slot of the thread's partition, none of it in a pad.
        const Ticks place = (from - begin) % cycle;
        CAPTURE(from, host.now, place);
        REQUIRE(place / (slot_length + pad) == partition(*thread));
        REQUIRE(place % (slot_length + pad) + (host.now - from) <= slot_length);
        (void)machine.world.enter([] { kernel_interrupt(); });
        test::check_invariants(machine.world);
    }
    for (const Thread* thread : {&machine.world.root(), &machine.one, &machine.two})
        CHECK(ran[thread] == 20 * slot_length);
    CHECK(host.partition_flushes == 61);
}

TEST_CASE("without a schedule partition 0 runs and the others do not", "[partition]") {
    Machine machine;
    machine.start();
    REQUIRE(machine.world.call(World::sched_control, Method::sched_control_set_schedule, {0, 0})
                .error == test::Error::none);
    auto& host = arch::host::machine;
    for (unsigned i = 0; i < 100; ++i) {
        host.now += slot_length;
        (void)machine.world.enter([] { kernel_interrupt(); });
        REQUIRE(machine.world.cpu().current == &machine.world.root());
    }
}

TEST_CASE("a call into another partition waits for its slot on the caller's context",
          "[partition]") {
    World world;
    const Word endpoint = world.make(ObjectType::endpoint);
    const Word reply = world.make(ObjectType::reply);
    Thread& server = world.make_thread(200);
    REQUIRE(world.settle() == &server);
    SchedContext* own = sched::context_of(server);
    server.registers.a0 = endpoint;
    server.registers.reply_path = reply;
    (void)world.syscall(Syscall::recv);
    sched::take(world.cpu(), *own);
    sched::forget_home(own);
    sched::set_partition(world.cpu(), server, 1);
    (void)world.settle();
    auto& host = arch::host::machine;
    REQUIRE(world
                .call(World::sched_control, Method::sched_control_set_schedule,
                      {pad, 2, 0, slot_length, 1, slot_length})
                .error == test::Error::none);
    const Ticks begin = host.now;
    SchedContext* context = sched::context_of(world.root());
    world.put_message(world.root(), 5, {1}, {});
    world.root().registers.a0 = endpoint;
    // The call leaves nobody to run in this slot: the core waits through slot and pad.
    REQUIRE(world.syscall(Syscall::call) == &server);
    CHECK(host.now >= begin + slot_length + pad);
    CHECK(sched::context_of(server) == context);
    CHECK(partition(server) == 1);
    world.put_message(server, 6, {2}, {});
    server.registers.a0 = endpoint;
    server.registers.reply_path = reply;
    REQUIRE(world.syscall(Syscall::reply_recv) == &world.root());
    CHECK(host.now >= begin + 2 * (slot_length + pad));
    CHECK(sched::context_of(world.root()) == context);
    test::check_invariants(world);
}

TEST_CASE("a fastpath never leaves the partition", "[partition]") {
    constexpr uint32_t other = uint32_t{1} << Gate::partition_shift;
    CHECK(!Gate::may_run(other | 200, 100));
    CHECK(!Gate::may_run(200, other | 100));
    CHECK(Gate::may_run(other | 200, other | 100));
}
