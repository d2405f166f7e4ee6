// SPDX-License-Identifier: BSD-2-Clause
// Who waited for what has died, and whose time comes late.
#include "world.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/scheduler.hpp>

namespace {

using namespace kernel;
using cobnut::Tag;
using test::Method;
using test::Syscall;
using test::World;

Tag tag_of(const Thread& thread) { return Tag{thread.registers.tag()}; }

struct Ending {
    World world;
    Word endpoint = world.make(ObjectType::endpoint);
    Thread& root = world.root();

    ~Ending() { test::check_invariants(world); }

    void destroy(Word slot) {
        REQUIRE(world.call(World::cnode, Method::cnode_revoke, {slot, word_bits}).error == Error::none);
        REQUIRE(world.call(World::cnode, Method::cnode_delete, {slot, word_bits}).error == Error::none);
        REQUIRE(world.slot(slot).empty());
    }
    /// Runs in place of the root until it waits.
    Thread& waiter(unsigned priority = 120) {
        Thread& thread = world.make_thread(priority);
        REQUIRE(world.settle() == &thread);
        return thread;
    }
    void form(Syscall number, Word path, Word reply = 0) {
        auto& registers = world.cpu().current->registers;
        registers.a0 = path;
        registers.reply_path = reply;
        (void)world.syscall(number);
    }
};

} // namespace

TEST_CASE("when an Endpoint dies its senders are told, and threads that faulted stay stopped", "[ipc]") {
    Ending e;
    Thread& faulted = e.waiter();
    REQUIRE(thread_control::set_handler(e.world.cpu(), faulted.fault_slot, &e.world.slot(e.endpoint)).ok());
    REQUIRE(e.world.enter([] { kernel_vm_fault(0x77, 1, 2); }) == &e.root);
    Thread& sender = e.waiter();
    // It has sent a fault before, but now it sends a message.
    sender.sending = Sending::fault;
    e.world.put_message(sender, 3, {}, {});
    e.form(Syscall::send, e.endpoint);
    REQUIRE(faulted.wait_kind() == Wait::send);
    REQUIRE(sender.wait_kind() == Wait::send);
    sched::set_priority(e.world.cpu(), sender, 50);
    e.destroy(e.endpoint);
    CHECK(faulted.wait == Wait::nothing);
    CHECK((faulted.gate & Gate::suspended) != 0);
    CHECK(faulted.fault.type == static_cast<uint8_t>(cobnut::FaultType::vm));
    CHECK(faulted.queued == 0);
    CHECK(sender.wait == Wait::nothing);
    CHECK((sender.gate & Gate::suspended) == 0);
    CHECK(sender.queued == 1);
    CHECK(tag_of(sender).error() == Error::canceled);
}

TEST_CASE("a server whose Reply dies while it waits is told", "[ipc]") {
    Ending e;
    const Word reply = e.world.make(ObjectType::reply);
    Thread& server = e.waiter();
    e.form(Syscall::recv, e.endpoint, reply);
    REQUIRE(server.wait_kind() == Wait::receive);
    sched::set_priority(e.world.cpu(), server, 50);
    e.destroy(reply);
    CHECK(server.wait == Wait::nothing);
    CHECK(server.queued == 1);
    CHECK(tag_of(server).error() == Error::canceled);
    CHECK(e.world.object<Endpoint>(e.endpoint).first() == nullptr);
}

TEST_CASE("a passive server that answers and takes a signal runs on the Notification's context", "[ipc]") {
    Ending e;
    World& world = e.world;
    const Word reply = world.make(ObjectType::reply), notification = world.make(ObjectType::notification);
    const Word context = world.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits);
    auto& lent = world.object<SchedContext>(context);
    sched::configure(world.cpu(), lent, 10'000, 0, 2);
    REQUIRE(world.call(context, Method::sched_context_bind, {}, {notification}).error == Error::none);
    Thread& server = e.waiter();
    SchedContext& own = *sched::context_of(server);
    e.form(Syscall::recv, e.endpoint, reply);
    sched::take(world.cpu(), own);
    sched::forget_home(&own);
    e.form(Syscall::nb_send, notification); // nobody waits for it yet
    auto& signalled = world.object<Notification>(notification);
    REQUIRE(signalled.active == 1);
    world.put_message(e.root, 3, {}, {});
    e.form(Syscall::call, e.endpoint);
    REQUIRE(world.cpu().current == &server);
    world.put_message(server, 4, {}, {});
    server.registers.a0 = notification;
    server.registers.second = reply;
    (void)world.syscall(Syscall::nb_send_wait);
    CHECK(signalled.active == 0);
    CHECK(world.cpu().current == &server);
    CHECK(world.cpu().sched_context == &lent);
    CHECK(sched::context_of(e.root) != nullptr);
    CHECK(e.root.queued == 1);
}

TEST_CASE("contexts that are due at once are woken a few at a time, and the timer never is for now",
          "[scheduler]") {
    constexpr unsigned count = 12;
    constexpr Ticks due = 500;
    Ending e;
    World& world = e.world;
    auto& machine = arch::host::machine;
    std::vector<Thread*> threads;
    for (unsigned i = 0; i < count; ++i) {
        Thread& thread = world.make_thread(50);
        thread_control::suspend(world.cpu(), thread);
        SchedContext& context = *sched::context_of(thread);
        sched::configure(world.cpu(), context, 1000, 5000, 2);
        sched::head_refill(context).when = machine.now + due;
        threads.push_back(&thread);
        thread_control::resume(world.cpu(), thread);
    }
    REQUIRE(world.settle() == &e.root);
    REQUIRE(machine.deadline == machine.now + due);
    machine.now += due;
    unsigned woken = 0;
    for (unsigned rounds = 0; woken < count; ++rounds) {
        REQUIRE(rounds < count);
        REQUIRE(world.enter([] { kernel_interrupt(); }) == &e.root);
        const unsigned before = woken;
        woken = 0;
        for (const Thread* thread : threads)
            woken += thread->queued;
        CHECK(woken > before);
        CHECK(woken - before < count);
        CHECK(machine.deadline > machine.now);
        if (woken < count) {
            CHECK(machine.deadline == machine.now + kernel_state.least_ticks);
            machine.now = machine.deadline;
        }
    }
}
