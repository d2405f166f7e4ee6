// SPDX-License-Identifier: BSD-2-Clause
// What methods answer and leave behind, and how faults are told and answered.
#include "world.hpp"

#include <cobnut/abi/fault.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/mm/asid.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/vspace.hpp>
#include <generic/sched/scheduler.hpp>

namespace {

using namespace kernel;
using cobnut::FaultType;
using cobnut::Method;
using cobnut::Syscall;
using cobnut::Tag;
using test::Outcome;
using test::World;
using Words = std::vector<Word>;

struct Checked {
    World world;
    ~Checked() { test::check_invariants(world); }

    Outcome call(Word path, Method method, std::initializer_list<Word> words,
                 std::initializer_list<Word> capabilities = {}) {
        return world.call(path, method, words, capabilities);
    }
    Error error(Word path, Method method, std::initializer_list<Word> words,
                std::initializer_list<Word> capabilities = {}) {
        return call(path, method, words, capabilities).error;
    }
};

} // namespace

TEST_CASE("registers are written and read by number, as many as asked", "[thread]") {
    Checked c;
    const Word thread = c.world.make(ObjectType::thread, 0, 2);
    const Word last = arch::Registers::word_count - 1;
    REQUIRE(c.error(thread, Method::thread_write_registers, {0, 1, 2, 0x1001, 0x1002}) == Error::none);
    Outcome read = c.call(thread, Method::thread_read_registers, {0, 0, 4});
    REQUIRE(read.error == Error::none);
    CHECK(read.words == Words{0xf, 0, 0x1001, 0x1002, 0});
    CHECK(c.call(thread, Method::thread_read_registers, {0, last, 1}).words == Words{1, 0});
    CHECK(c.error(thread, Method::thread_read_registers, {0, last, 2}) == Error::out_of_range);
    CHECK(c.error(thread, Method::thread_read_registers, {0, last + 1, 0}) == Error::out_of_range);
    CHECK(c.error(thread, Method::thread_write_registers, {0, 0, 2, 1}) == Error::truncated_message);
    CHECK(c.error(World::thread, Method::thread_read_registers, {0, 0, 1}) == Error::illegal_operation);
    CHECK(c.world.object<Thread>(thread).frame_kind == FrameKind::full);

    REQUIRE(c.error(thread + 1, Method::thread_copy_registers, {0, 0}, {thread}) == Error::none);
    CHECK(c.call(thread + 1, Method::thread_read_registers, {0, 1, 2}).words ==
          Words{3, 0x1001, 0x1002});
}

TEST_CASE("a slot says what is in it", "[cnode]") {
    Checked c;
    const Word endpoint = c.world.make(ObjectType::endpoint), copy = c.world.free_slot();
    REQUIRE(c.error(World::cnode, Method::cnode_mint,
                    {copy, word_bits, endpoint, word_bits, Rights::write_bit, 77}, {World::cnode}) ==
            Error::none);
    const auto identify = [&](Word index) {
        return c.call(World::cnode, Method::cnode_identify, {index, word_bits}).words;
    };
    const Word address = arch::to_physical(&c.world.object<Endpoint>(endpoint)).raw();
    CHECK(identify(endpoint) ==
          Words{Word(ObjectType::endpoint), Rights::all().bits, 0, 0, address, 0, 0});
    CHECK(identify(copy) == Words{Word(ObjectType::endpoint), Rights::write_bit, 77, 0, address, 0, 0});
    const Word notification = c.world.make(ObjectType::notification);
    CHECK(identify(notification)[4] ==
          arch::to_physical(&c.world.object<Notification>(notification)).raw());
    const Word reply = c.world.make(ObjectType::reply);
    CHECK(identify(reply)[4] == arch::to_physical(&c.world.object<Reply>(reply)).raw());
    const Word badged = c.world.free_slot();
    REQUIRE(c.error(World::cnode, Method::cnode_mint,
                    {badged, word_bits, notification, word_bits, Rights::read_bit, 5}, {World::cnode}) ==
            Error::none);
    CHECK(identify(badged)[2] == 5);
    CHECK(identify(World::cnode)[2] == word_bits - World::radix);
    const Word handler = c.world.free_slot();
    REQUIRE(c.error(World::irq_control, Method::irq_control_get, {7, 0, handler, word_bits},
                    {World::cnode}) == Error::none);
    CHECK(identify(handler)[2] == 7);
    const Word untyped = c.world.make(ObjectType::untyped, 13);
    CHECK(identify(untyped)[2] == 0);
    CHECK(identify(untyped)[3] == 13);
    const Word frame = c.world.make(ObjectType::frame, 12);
    CHECK(identify(frame)[1] == Rights::read_write().bits);
    CHECK(identify(frame)[2] == 0);
    CHECK(identify(frame)[3] == 12);
    CHECK(identify(frame)[4] == c.world.slot(frame).memory().raw());
    const Word thread = c.world.make(ObjectType::thread);
    CHECK(identify(thread)[4] == 0);
    CHECK(identify(c.world.free_slot()) == Words{0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("a context is bound to one thread or notification at a time", "[sched_context]") {
    Checked c;
    const Word context =
        c.world.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits, 2);
    const Word notification = c.world.make(ObjectType::notification, 0, 2);
    const Word thread = c.world.make(ObjectType::thread);
    const auto bind = [&](Word index, Word to) {
        return c.error(index, Method::sched_context_bind, {}, {to});
    };
    const auto unbind = [&](Word index) { return c.error(index, Method::sched_context_unbind, {}); };
    CHECK(unbind(context) == Error::not_bound);
    REQUIRE(bind(context, notification) == Error::none);
    CHECK(bind(context, notification + 1) == Error::in_use);
    CHECK(bind(context + 1, notification) == Error::in_use);
    CHECK(bind(context, thread) == Error::in_use);
    REQUIRE(unbind(context) == Error::none);
    CHECK(c.world.object<Notification>(notification).sched_context == nullptr);
    CHECK(unbind(context) == Error::not_bound);
    REQUIRE(bind(context, thread) == Error::none);
    CHECK(bind(context + 1, thread) == Error::in_use);
    CHECK(bind(context, notification) == Error::in_use);
    CHECK(bind(context, World::untyped) == Error::invalid_capability);
    REQUIRE(unbind(context) == Error::none);
    CHECK(sched::context_of(c.world.object<Thread>(thread)) == nullptr);
}

TEST_CASE("an address space that dies is active no more, and its identifier free", "[asid]") {
    Checked c;
    const Word space = c.world.make(ObjectType::vspace), table = c.world.make(ObjectType::page_table);
    REQUIRE(c.error(table, Method::page_table_map, {0x1000}, {space}) == Error::none);
    auto& object = c.world.object<VSpace>(space);
    asid::activate(object);
    REQUIRE(object.asid != arch::asid_none);
    REQUIRE(arch::host::machine.space_root == object.root.raw());
    REQUIRE(test::identifier_holders() == std::vector<const VSpace*>{&object});
    REQUIRE(c.error(World::cnode, Method::cnode_delete, {space, word_bits}) == Error::none);
    CHECK(test::identifier_holders().empty());
    CHECK(arch::host::machine.space_root == 0);
}

namespace {

/// The root faults; a server of higher priority is told.
struct Faulty : Checked {
    Word endpoint = world.make(ObjectType::endpoint), reply = world.make(ObjectType::reply);
    Thread& client = world.root();
    Thread& server;

    Faulty() : server(with_handler()) {
        thread_control::suspend(world.cpu(), client);
        REQUIRE(world.settle() == &server);
        server.registers.a0 = endpoint;
        server.registers.reply_path = reply;
        (void)world.syscall(Syscall::recv);
        thread_control::resume(world.cpu(), client);
        REQUIRE(world.settle() == &client);
    }
    Thread& with_handler() {
        REQUIRE(error(World::thread, Method::thread_set_fault_handler, {}, {endpoint}) ==
                Error::none);
        return world.make_thread(200);
    }
    Thread* fault() {
        client.registers.pc = 0x4000;
        client.registers.stack = 0x8000;
        client.frame_kind = FrameKind::full;
        return world.enter([] { kernel_unknown_syscall(99); });
    }
    Thread* answer(Word label, const Words& words) {
        world.put_message(server, label, words, {});
        server.registers.a0 = endpoint;
        server.registers.reply_path = reply;
        return world.syscall(Syscall::reply_recv);
    }
};

} // namespace

TEST_CASE("a fault is told with place and stack, and goes on where the answer says", "[fault]") {
    Faulty f;
    REQUIRE(f.fault() == &f.server);
    const Tag tag{f.server.registers.tag()};
    CHECK(tag.label() == static_cast<Word>(FaultType::unknown_syscall));
    CHECK(tag.length() == cobnut::fault_words);
    CHECK(f.server.registers.message(0) == 0x4000);
    CHECK(f.server.registers.message(1) == 0x8000);
    CHECK(f.server.registers.message(2) == 99);
    CHECK(f.client.fault.type == static_cast<Word>(FaultType::unknown_syscall));
    SECTION("as it was") {
        REQUIRE(f.answer(0, {}) == &f.client);
        CHECK(f.client.registers.ip() == 0x4000);
        CHECK(f.client.registers.sp() == 0x8000);
    }
    SECTION("elsewhere") {
        REQUIRE(f.answer(0, {0x5000}) == &f.client);
        CHECK(f.client.registers.ip() == 0x5000);
        CHECK(f.client.registers.sp() == 0x8000);
    }
    SECTION("with another stack") {
        REQUIRE(f.answer(0, {0x5000, 0x9000}) == &f.client);
        CHECK(f.client.registers.ip() == 0x5000);
        CHECK(f.client.registers.sp() == 0x9000);
    }
    SECTION("not at all") {
        CHECK(f.answer(static_cast<Word>(cobnut::FaultReply::stop), {}) == nullptr);
        CHECK((f.client.gate & Gate::suspended) != 0);
        REQUIRE(sched::context_of(f.client) != nullptr);
        thread_control::resume(f.world.cpu(), f.client);
        CHECK(f.world.settle() == &f.client);
    }
}

TEST_CASE("a signal is given once", "[notification]") {
    Checked c;
    const Word index = c.world.make(ObjectType::notification), badged = c.world.free_slot();
    REQUIRE(c.error(World::cnode, Method::cnode_mint,
                    {badged, word_bits, index, word_bits, Rights::all().bits, 6}, {World::cnode}) ==
            Error::none);
    auto& notification = c.world.object<Notification>(index);
    Thread& root = c.world.root();
    const auto make = [&](Syscall number, Word path) {
        root.registers.a0 = path;
        root.registers.a1 = 0;
        return c.world.syscall(number);
    };
    SECTION("to who waits for it") {
        REQUIRE(make(Syscall::nb_send, badged) == &root);
        REQUIRE(make(Syscall::wait, index) == &root);
    }
    SECTION("to who is bound to it and receives") {
        const Word endpoint = c.world.make(ObjectType::endpoint);
        REQUIRE(c.error(World::thread, Method::thread_bind_notification, {}, {index}) ==
                Error::none);
        REQUIRE(make(Syscall::nb_send, badged) == &root);
        CHECK((root.gate & Gate::signal_pending) != 0);
        REQUIRE(make(Syscall::nb_wait, endpoint) == &root);
        CHECK((root.gate & Gate::signal_pending) == 0);
    }
    CHECK(root.registers.a0 == 6);
    CHECK(notification.active == 0);
    CHECK(notification.flags == 0);
    REQUIRE(make(Syscall::nb_wait, index) == &root);
    CHECK(root.registers.a0 == 0);
}

TEST_CASE("all that wait for a notification that dies go on, and its context is free",
          "[notification]") {
    Checked c;
    constexpr unsigned count = 20; // more than one step ends
    const Word index = c.world.make(ObjectType::notification);
    const Word context =
        c.world.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits);
    REQUIRE(c.error(context, Method::sched_context_bind, {}, {index}) == Error::none);
    Thread& root = c.world.root();
    std::vector<Thread*> waiters;
    for (unsigned i = 0; i < count; ++i) {
        Thread& waiter = c.world.make_thread(root.priority());
        waiters.push_back(&waiter);
        c.world.hand_over(root, waiter);
        waiter.registers.a0 = index;
        REQUIRE(c.world.syscall(Syscall::wait) == &root);
        REQUIRE(waiter.waits_on<void>() == c.world.slot(index).pointer<void>());
        sched::set_priority(c.world.cpu(), waiter, 80); // when woken, not before the root
    }
    REQUIRE(c.error(World::cnode, Method::cnode_delete, {index, word_bits}) == Error::none);
    for (Thread* waiter : waiters) {
        CHECK(waiter->wait == Wait::nothing);
        CHECK(waiter->queued != 0);
    }
    CHECK(c.world.object<SchedContext>(context).notification == nullptr);
    CHECK(c.world.slot(index).empty());
}
