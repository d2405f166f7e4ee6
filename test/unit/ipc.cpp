// SPDX-License-Identifier: BSD-2-Clause
// Messages, replies, signals and the time that travels with them.
#include "world.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>

#include <map>
#include <utility>

namespace {

using namespace kernel;
using cobnut::Kind;
using cobnut::Tag;
using test::Method;
using test::Syscall;
using test::World;

Tag tag_of(const Thread& thread) { return Tag{thread.registers.tag()}; }

/// A root at priority 100 that calls, a server that waits with a Reply.
struct Service {
    World world;
    Word endpoint = world.make(ObjectType::endpoint);
    Word reply = world.make(ObjectType::reply, 0, 2);
    Thread& client = world.root();

    ~Service() { test::check_invariants(world); }

    /// Makes `thread` run, the others of its priority and above being out of the way.
    Thread* form(Syscall number, Word path, Word reply_path = 0) {
        auto& registers = world.cpu().current->registers;
        registers.a0 = path;
        registers.reply_path = reply_path;
        return world.syscall(number);
    }
    Thread* call(std::vector<Word> words, std::vector<Word> capabilities = {}) {
        world.put_message(*world.cpu().current, 7, words, capabilities);
        return form(Syscall::call, endpoint);
    }
    /// A server above the client's priority that waits already; passive ones lose their context
    /// then.
    Thread& serve(unsigned priority, bool passive, Word reply_path) {
        Thread& server = world.make_thread(priority);
        SchedContext* context = sched::context_of(server);
        thread_control::suspend(world.cpu(), client);
        REQUIRE(world.settle() == &server);
        (void)form(Syscall::recv, endpoint, reply_path);
        if (passive) {
            sched::take(world.cpu(), *context);
            sched::forget_home(context);
        }
        thread_control::resume(world.cpu(), client);
        (void)world.settle();
        return server;
    }
};

} // namespace

TEST_CASE("a call lends its context to a passive server, and the reply brings it back", "[ipc]") {
    Service s;
    Thread& server = s.serve(90, true, s.reply);
    SchedContext* context = sched::context_of(s.client);
    REQUIRE(s.call({1, 2, 3}) == &server);
    CHECK(sched::context_of(server) == context);
    CHECK(sched::context_of(s.client) == nullptr);
    CHECK(server.registers.message(2) == 3);
    CHECK(tag_of(server).label() == 7);
    test::check_invariants(s.world);
    s.world.put_message(server, 9, {4}, {});
    REQUIRE(s.form(Syscall::reply_recv, s.endpoint, s.reply) == &s.client);
    CHECK(sched::context_of(s.client) == context);
    CHECK(sched::context_of(server) == nullptr);
    CHECK(s.client.registers.message(0) == 4);
    CHECK(tag_of(s.client).label() == 9);
}

TEST_CASE("a chain of calls hands the context on and back", "[ipc]") {
    Service s;
    Thread& outer = s.serve(90, true, s.reply);
    const Word inner_endpoint = s.world.make(ObjectType::endpoint);
    const Word outer_endpoint = std::exchange(s.endpoint, inner_endpoint);
    Thread& inner = s.serve(80, true, s.reply + 1);
    SchedContext* context = sched::context_of(s.client);
    s.endpoint = outer_endpoint;
    REQUIRE(s.call({1}) == &outer);
    s.endpoint = inner_endpoint;
    REQUIRE(s.call({2}) == &inner);
    CHECK(sched::context_of(inner) == context);
    test::check_invariants(s.world);
    // The outer server dies: the context stays with the inner one until it answers, then goes home.
    s.world.put_message(inner, 0, {5}, {});
    REQUIRE(s.form(Syscall::reply_recv, inner_endpoint, s.reply + 1) == &outer);
    CHECK(sched::context_of(outer) == context);
    REQUIRE(s.form(Syscall::reply_recv, outer_endpoint, s.reply) == &s.client);
    CHECK(sched::context_of(s.client) == context);
}

TEST_CASE("the caller of a server that dies is told, and has its context back", "[ipc]") {
    Service s;
    const Word first = s.world.free_slot();
    Thread& server = s.serve(90, true, s.reply);
    REQUIRE(s.world.slot(first).pointer<Thread>() == &server);
    SchedContext* context = sched::context_of(s.client);
    REQUIRE(s.call({1}) == &server);
    REQUIRE(s.world.call(World::cnode, Method::cnode_delete, {first, word_bits}).error ==
            Error::none);
    CHECK(s.world.cpu().current == &s.client);
    CHECK(sched::context_of(s.client) == context);
    CHECK(tag_of(s.client).kind() == Kind::none);
    CHECK(tag_of(s.client).error() == Error::canceled);
}

TEST_CASE("a message that does not fit fails for the sender and moves nothing", "[ipc]") {
    Service s;
    Thread& server = s.serve(90, false, s.reply);
    server.registers.words[0] = 77;
    void* buffer = std::exchange(server.buffer, nullptr);
    REQUIRE(s.call({1, 2, 3, 4, 5}) == &s.client);
    CHECK(tag_of(s.client).error() == Error::message_too_long);
    CHECK(server.registers.words[0] == 77);
    CHECK(server.wait_kind() == Wait::receive);
    server.buffer = buffer;
    s.client.registers.set_tag(Tag(0, 121).raw());
    (void)s.form(Syscall::call, s.endpoint);
    CHECK(tag_of(s.client).error() == Error::invalid_argument);
}

TEST_CASE("capabilities travel all or none, and only with the right to grant", "[ipc]") {
    Service s;
    Thread& server = s.serve(90, false, s.reply);
    auto& buffer = s.world.buffer(server);
    buffer.receive_root = World::cnode;
    buffer.receive_depth = word_bits;
    const Word place = s.world.free_slot();
    buffer.receive_index = World::slot_count - 1;
    REQUIRE(s.call({1}, {s.endpoint, s.reply}) == &s.client); // the second has no place
    CHECK(tag_of(s.client).error() == Error::no_receive_slot);
    CHECK(s.world.slot(World::slot_count - 1).empty());
    buffer.receive_index = place;
    const Word weak = place + 2;
    REQUIRE(s.world
                .call(World::cnode, Method::cnode_copy, {weak, word_bits, s.endpoint, word_bits, 9},
                      {World::cnode})
                .error == Error::none);
    const Word strong = std::exchange(s.endpoint, weak);
    REQUIRE(s.call({1}, {s.reply}) == &s.client);
    CHECK(tag_of(s.client).error() == Error::missing_right);
    s.endpoint = strong;
    REQUIRE(s.call({1}, {s.endpoint, s.reply}) != nullptr);
    CHECK(tag_of(server).capabilities() == 2);
    CHECK(s.world.slot(place).type() == ObjectType::endpoint);
    CHECK(s.world.slot(place + 1).type() == ObjectType::reply);
}

TEST_CASE("a suspended sender keeps its place and is served", "[ipc]") {
    Service s;
    Thread& sender = s.world.make_thread(110);
    REQUIRE(s.world.settle() == &sender);
    s.world.put_message(sender, 3, {11}, {});
    REQUIRE(s.form(Syscall::send, s.endpoint) == &s.client);
    thread_control::suspend(s.world.cpu(), sender);
    REQUIRE(s.form(Syscall::recv, s.endpoint, s.reply) == &s.client);
    CHECK(s.client.registers.message(0) == 11);
    CHECK(sender.wait == Wait::nothing);
    test::check_invariants(s.world);
    thread_control::resume(s.world.cpu(), sender);
    CHECK(s.world.settle() == &sender);
}

TEST_CASE("a bound thread that receives is woken by a signal and told so", "[ipc]") {
    Service s;
    const Word thread = s.world.free_slot();
    Thread& server = s.serve(110, false, s.reply);
    const Word notification = s.world.make(ObjectType::notification);
    REQUIRE(s.world.call(thread, Method::thread_bind_notification, {}, {notification}).error ==
            Error::none);
    const Word badged = s.world.free_slot();
    REQUIRE(s.world
                .call(World::cnode, Method::cnode_mint,
                      {badged, word_bits, notification, word_bits, 15, 0x40}, {World::cnode})
                .error == Error::none);
    REQUIRE(s.form(Syscall::send, badged) == &server);
    CHECK(tag_of(server).kind() == Kind::signal);
    CHECK(server.registers.capability() == 0x40);
}

TEST_CASE("a thread gets its budget in each period and not more", "[scheduler]") {
    World world;
    const Word index = world.free_slot();
    Thread& busy = world.make_thread(110);
    SchedContext& context = *sched::context_of(busy);
    CHECK(world.slot(index).pointer<Thread>() == &busy);
    sched::configure(world.cpu(), context, 2'000, 10'000, 4);
    (void)world.settle();
    std::map<const Thread*, Ticks> ran;
    auto& machine = arch::host::machine;
    const Ticks end = machine.now + 1'000'000;
    while (machine.now < end) {
        const Thread* thread = world.cpu().current;
        REQUIRE(thread != nullptr);
        REQUIRE(machine.deadline > machine.now);
        ran[thread] += machine.deadline - machine.now;
        machine.now = machine.deadline;
        (void)world.enter([] { kernel_interrupt(); });
        test::check_invariants(world);
    }
    CHECK(ran[&busy] >= 198'000);
    CHECK(ran[&busy] <= 202'000);
    CHECK(ran[&world.root()] >= 790'000);
}

TEST_CASE("threads of one priority share the core evenly", "[scheduler]") {
    World world;
    for (unsigned i = 0; i < 3; ++i)
        (void)world.make_thread(100);
    (void)world.settle();
    std::map<const Thread*, Ticks> ran;
    auto& machine = arch::host::machine;
    const Ticks end = machine.now + 4'000'000;
    while (machine.now < end) {
        ran[world.cpu().current] += machine.deadline - machine.now;
        machine.now = machine.deadline;
        (void)world.enter([] { kernel_interrupt(); });
    }
    CHECK(ran.size() == 4);
    for (const auto& [thread, ticks] : ran) {
        CHECK(ticks >= 980'000);
        CHECK(ticks <= 1'020'000);
    }
}
