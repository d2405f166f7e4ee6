// SPDX-License-Identifier: BSD-2-Clause
// Long operations that are preempted go on where they were, whatever happened meanwhile.
#include "world.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/contract/fastpath.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>

namespace {

using namespace kernel;
using test::Method;
using test::Syscall;
using test::World;

Error error_of(const Thread& thread) {
    return cobnut::Tag{thread.registers.tag()}.error();
}

/// The root, above all others and without a buffer, is about to send 3 to `target` and to receive from `source`.
void prepare_send_receive(World& world, Word target, Word source) {
    Thread& root = world.root();
    sched::set_priority(world.cpu(), root, 200);
    REQUIRE(world.settle() == &root);
    root.buffer = nullptr;
    world.put_message(root, 3, {}, {});
    root.registers.a0 = source;
    root.registers.second = target;
}

/// The root's retype of `count` Endpoints was preempted after some of them.
struct HalfMade {
    static constexpr Word count = 20;
    World world;
    Thread& other = world.make_thread(90);
    Word untyped = world.make(ObjectType::untyped, 12);
    Word first = world.free_slot();

    HalfMade() {
        world.call_preempted(untyped, Method::untyped_retype,
                             {static_cast<Word>(ObjectType::endpoint), 0, 0, 0, first, count},
                             {World::cnode});
        // Once more, beyond the clearing.
        arch::host::machine.preempt_every = 1;
        for (unsigned i = 0; i < 2; ++i) {
            world.root().registers.pc = 0x1000;
            (void)world.enter([] { kernel_syscall(static_cast<Word>(Syscall::call)); });
        }
        arch::host::machine.preempt_every = 0;
        REQUIRE(!world.slot(first).empty());
        REQUIRE(world.slot(first + count - 1).empty());
    }
    ~HalfMade() { test::check_invariants(world); }

    Word made() {
        Word made = 0;
        for (Word i = 0; i < count; ++i)
            made += world.slot(first + i).type() == ObjectType::endpoint ? 1 : 0;
        return made;
    }
    Error retype_one(Word place) {
        return world
            .call(untyped, Method::untyped_retype,
                  {static_cast<Word>(ObjectType::endpoint), 0, 0, 0, place, 1}, {World::cnode})
            .error;
    }
    uint64_t used() { return world.call(untyped, Method::untyped_query, {}).words[1]; }
};

/// Threads that wait to send through capabilities with these badges, in this order.
struct Senders {
    World world;
    Word endpoint = world.make(ObjectType::endpoint);
    Word badged[2] = {mint(1), mint(2)};
    std::vector<Thread*> threads;

    ~Senders() { test::check_invariants(world); }

    Word mint(Word badge) {
        const Word place = world.free_slot();
        REQUIRE(world
                    .call(World::cnode, Method::cnode_mint,
                          {place, word_bits, endpoint, word_bits, 15, badge}, {World::cnode})
                    .error == Error::none);
        return place;
    }
    Thread& add(Word through, unsigned priority = 120) {
        Thread& thread = world.make_thread(priority);
        threads.push_back(&thread);
        send(thread, through);
        return thread;
    }
    void send(Thread& thread, Word through) {
        REQUIRE(world.settle() == &thread);
        world.put_message(thread, 0, {}, {});
        thread.registers.a0 = badged[through];
        REQUIRE(world.syscall(Syscall::send) == &world.root());
    }
    void start_cancel() {
        sched::set_priority(world.cpu(), world.root(), 200);
        REQUIRE(world.settle() == &world.root());
        world.call_preempted(World::cnode, Method::cnode_cancel_badged_sends,
                             {badged[0], word_bits});
        REQUIRE(kernel_state.progress_count == 1);
    }
    void finish_cancel() {
        (void)world.syscall(Syscall::call);
        CHECK(kernel_state.progress_count == 0);
    }
    bool waits(const Thread& thread) { return thread.wait_kind() == Wait::send; }
};

} // namespace

TEST_CASE("a retype that was preempted between its objects makes the rest", "[preemption]") {
    HalfMade half;
    World& world = half.world;
    const Word before = half.made();
    SECTION("alone") {
    }
    SECTION("while what was made is deleted") {
        world.hand_over(world.root(), half.other);
        CHECK(half.retype_one(world.free_slot()) == Error::busy);
        CHECK(world.call(World::cnode, Method::cnode_revoke, {half.untyped, word_bits}).error ==
              Error::none);
        CHECK(half.made() == 0);
        world.hand_over(half.other, world.root());
        (void)world.syscall(Syscall::call);
        CHECK(error_of(world.root()) == Error::none);
        CHECK(half.made() == HalfMade::count - before); // as if the revoke had come in between
        CHECK(half.used() == (HalfMade::count - before) * 16);
        return;
    }
    (void)world.syscall(Syscall::call);
    CHECK(error_of(world.root()) == Error::none);
    CHECK(half.made() == HalfMade::count);
    CHECK(half.used() == HalfMade::count * 16);
    CHECK(kernel_state.progress_count == 0);
}

TEST_CASE("a retype whose slot is taken while it is preempted keeps what it made", "[preemption]") {
    HalfMade half;
    World& world = half.world;
    const Word before = half.made();
    world.hand_over(world.root(), half.other);
    const Word taken = half.first + HalfMade::count - 1;
    CHECK(world
              .call(World::cnode, Method::cnode_copy,
                    {taken, word_bits, World::sched_context, word_bits, 15}, {World::cnode})
              .error == Error::none);
    world.hand_over(half.other, world.root());
    (void)world.syscall(Syscall::call);
    CHECK(error_of(world.root()) == Error::slot_occupied);
    CHECK(half.made() == before);
    CHECK(kernel_state.progress_count == 0);
    CHECK(half.retype_one(world.free_slot()) == Error::none);
    CHECK(half.used() == (before + 1) * 16);
}

TEST_CASE("a suspended thread's half made retype does not keep the Untyped busy", "[preemption]") {
    HalfMade half;
    World& world = half.world;
    const Word before = half.made();
    world.hand_over(world.root(), half.other);
    thread_control::suspend(world.cpu(), world.root());
    const Word place = half.first + HalfMade::count;
    CHECK(half.retype_one(place) == Error::none);
    CHECK(half.used() == (before + 1) * 16);
    thread_control::resume(world.cpu(), world.root());
    world.hand_over(half.other, world.root());
    (void)world.syscall(Syscall::call); // the rest comes behind what was made meanwhile
    CHECK(error_of(world.root()) == Error::none);
    CHECK(half.made() == HalfMade::count);
    CHECK(half.used() == (HalfMade::count + 1) * 16);
}

TEST_CASE("a half made retype whose record is lost makes the rest", "[preemption]") {
    HalfMade half;
    World& world = half.world;
    REQUIRE(kernel_state.progress_count == 1);
    // Sixteen pieces of work of its priority have been begun since.
    sched::set_priority(world.cpu(), half.other, world.root().priority());
    for (Word i = 0; i < Kernel::max_progress; ++i)
        REQUIRE(progress::remember(LongWork::revoke, world.slot(i), half.other) != nullptr);
    REQUIRE(progress::find(LongWork::retype, world.slot(half.untyped), world.root()) == nullptr);
    kernel_state.progress_count = 0;
    (void)world.syscall(Syscall::call);
    CHECK(error_of(world.root()) == Error::none);
    CHECK(half.made() == HalfMade::count);
    CHECK(half.used() == HalfMade::count * 16);
    for (Word i = 1; i < HalfMade::count; ++i)
        CHECK(world.slot(half.first + i).pointer<char>() == world.slot(half.first).pointer<char>() + i * 16);
}

TEST_CASE("a half made retype that does not fit any more says so and keeps what it made", "[preemption]") {
    HalfMade half;
    World& world = half.world;
    const Word before = half.made();
    world.hand_over(world.root(), half.other);
    thread_control::suspend(world.cpu(), world.root());
    const auto place = static_cast<Word>(half.first + HalfMade::count);
    CHECK(world
              .call(half.untyped, Method::untyped_retype,
                    {static_cast<Word>(ObjectType::untyped), 11, 0, 0, place, 1}, {World::cnode})
              .error == Error::none);
    thread_control::resume(world.cpu(), world.root());
    world.hand_over(half.other, world.root());
    (void)world.syscall(Syscall::call);
    CHECK(error_of(world.root()) == Error::not_enough_memory);
    CHECK(half.made() == before);
    CHECK(kernel_state.progress_count == 0);
}

TEST_CASE("cancel_badged_sends that was preempted ends what waited when it began",
          "[preemption]") {
    Senders test;
    World& world = test.world;
    for (unsigned i = 0; i < 12; ++i)
        (void)test.add(i % 2, i < 6 ? 130 : 120);
    const Thread& lowest = test.add(0, 110);
    std::vector<Thread*> newcomers;
    for (unsigned i = 0; i < 6; ++i) {
        newcomers.push_back(&world.make_thread(120));
        thread_control::suspend(world.cpu(), *newcomers[i]);
    }
    test.start_cancel();
    SECTION("and nothing else") {
    }
    SECTION("though the one that is next is gone") {
        auto* next = reinterpret_cast<Thread*>(static_cast<Word>(kernel_state.progress[0].done));
        thread_control::destroy(world.cpu(), *next);
        CHECK(reinterpret_cast<Thread*>(static_cast<Word>(kernel_state.progress[0].done)) != next);
    }
    SECTION("though one that is to come goes to where it has been") {
        sched::set_priority(world.cpu(), *test.threads[10], 140);
        CHECK(!test.waits(*test.threads[10]));
    }
    SECTION("of a lower priority too, behind those that come meanwhile") {
        sched::set_priority(world.cpu(), world.root(), 90);
        for (Thread* newcomer : newcomers) {
            thread_control::resume(world.cpu(), *newcomer);
            while (world.settle() != newcomer) // who was ended by the first step goes before it
                thread_control::suspend(world.cpu(), *world.cpu().current);
            world.put_message(*newcomer, 0, {}, {});
            newcomer->registers.a0 = test.badged[0];
            (void)world.syscall(Syscall::send);
            REQUIRE(test.waits(*newcomer));
        }
        sched::set_priority(world.cpu(), world.root(), 200);
        REQUIRE(world.settle() == &world.root());
        test.finish_cancel();
        for (unsigned i = 0; i < 12; ++i)
            CHECK(test.waits(*test.threads[i]) == (i % 2 == 1));
        for (const Thread* newcomer : newcomers)
            CHECK(test.waits(*newcomer));
        CHECK(!test.waits(lowest));
        return;
    }
    SECTION("not what comes meanwhile") {
        Thread* late = world.enter([&] {
            sched::set_priority(world.cpu(), world.root(), 90);
            sched::leave(world.cpu());
        });
        REQUIRE(late == test.threads[0]); // it was ended by the first step, and sends again
        world.put_message(*late, 0, {}, {});
        late->registers.a0 = test.badged[0];
        REQUIRE(world.syscall(Syscall::send) != late);
        sched::set_priority(world.cpu(), world.root(), 200);
        REQUIRE(world.settle() == &world.root());
        test.finish_cancel();
        CHECK(test.waits(*late));
        for (unsigned i = 1; i < 12; ++i)
            CHECK(test.waits(*test.threads[i]) == (i % 2 == 1));
        return;
    }
    test.finish_cancel();
    for (unsigned i = 0; i < 12; ++i)
        if (test.threads[i]->active != 0)
            CHECK(test.waits(*test.threads[i]) == (i % 2 == 1));
}

TEST_CASE("an Endpoint that is being destroyed takes nobody any more", "[preemption]") {
    Senders test;
    World& world = test.world;
    const Word last = test.badged[0];
    for (unsigned i = 0; i < 40; ++i)
        (void)test.add(0);
    for (const Word other : {test.endpoint, test.badged[1]})
        REQUIRE(world.call(World::cnode, Method::cnode_delete, {other, word_bits}).error ==
                Error::none);
    REQUIRE(test.waits(*test.threads[39]));
    sched::set_priority(world.cpu(), world.root(), 200);
    REQUIRE(world.settle() == &world.root());
    world.call_preempted(World::cnode, Method::cnode_delete, {last, word_bits});
    REQUIRE(!world.slot(last).empty());
    CHECK(!world.slot(last).rights().write());
    (void)world.syscall(Syscall::call);
    CHECK(world.slot(last).empty());
    for (const Thread* thread : test.threads)
        CHECK(!test.waits(*thread));
}

namespace {

/// The root's map of a Frame of 2 MiB, executable, was preempted in its preparation.
struct Preparation {
    static constexpr Word address = 0x4000'0000;
    static constexpr unsigned size_bits = 21;
    World world;
    Word space = world.make(ObjectType::vspace);
    Word frame = world.make(ObjectType::frame, size_bits);

    Preparation() {
        while (map(cobnut::MapAttributes::execute_never) == Error::missing_table)
            REQUIRE(world.call(world.make(ObjectType::page_table), Method::page_table_map, {address},
                               {space})
                        .error == Error::none);
        REQUIRE(world.call(frame, Method::frame_unmap, {}).error == Error::none);
        arch::host::machine.made_executable = 0;
        world.call_preempted(frame, Method::frame_map, {address, 3, 0}, {space});
    }
    Error map(Word attributes) {
        return world.call(frame, Method::frame_map, {address, 3, attributes}, {space}).error;
    }
    void finish() {
        arch::host::machine.preempt_every = 1;
        unsigned rounds = 0;
        do {
            REQUIRE(++rounds <= (1u << size_bits) / 4096);
            world.root().registers.pc = 0x1000;
            (void)world.enter([] { kernel_syscall(static_cast<Word>(Syscall::call)); });
        } while (world.root().registers.pc < 0x1000);
        arch::host::machine.preempt_every = 0;
        CHECK(error_of(world.root()) == Error::none);
        test::check_invariants(world);
    }
};

} // namespace

TEST_CASE("the cache maintenance of a large Frame goes on where it was preempted", "[preemption]") {
    Preparation p;
    p.finish();
    CHECK(arch::host::machine.made_executable == size_t{1} << Preparation::size_bits);
}

TEST_CASE("how far a Frame was prepared counts for the same operation alone", "[preemption]") {
    Preparation p;
    // Another thread began to map it uncached meanwhile, and was preempted far behind.
    p.world.slot(p.frame).set_mapping(Slot::space_id_end, VirtAddr(0x1f0000));
    p.finish();
    CHECK(arch::host::machine.made_executable >= size_t{1} << Preparation::size_bits);
}

TEST_CASE("how far a Frame was prepared does not move with it, its mapping does", "[preemption]") {
    Preparation p;
    World& world = p.world;
    const Word other = world.make(ObjectType::notification);
    const Word to = world.free_slot();
    const auto move = [&](Word into, Word from) {
        return world.call(World::cnode, Method::cnode_move, {into, word_bits, from, word_bits}, {World::cnode}).error;
    };
    const auto exchange = [&](Word pivot, Word from) {
        return world.call(World::cnode, Method::cnode_rotate,
                          {from, word_bits, 0, pivot, word_bits, 0, from, word_bits}, {World::cnode, World::cnode})
            .error;
    };
    const auto mark = [&](Word slot) { world.slot(slot).set_mapping(Slot::space_id_end + 1, VirtAddr(0x1000)); };
    REQUIRE(world.slot(p.frame).has_record());
    REQUIRE(move(to, p.frame) == Error::none);
    CHECK(!world.slot(to).has_record());
    mark(to);
    REQUIRE(exchange(to, other) == Error::none);
    CHECK(!world.slot(other).has_record());
    mark(other);
    REQUIRE(exchange(to, other) == Error::none);
    CHECK(!world.slot(to).has_record());
    REQUIRE(move(p.frame, to) == Error::none);
    REQUIRE(p.map(cobnut::MapAttributes::execute_never) == Error::none);
    REQUIRE(move(to, p.frame) == Error::none);
    CHECK(world.call(to, Method::frame_set_rights, {2, 4}).error == Error::none);
    test::check_invariants(world);
}

TEST_CASE("a passive server that is preempted behind a message that does not fit gets the next one",
          "[preemption]") {
    World world;
    const Word endpoint = world.make(ObjectType::endpoint);
    const Word reply = world.make(ObjectType::reply);
    Thread& large = world.make_thread(160);
    thread_control::suspend(world.cpu(), large);
    Thread& small = world.make_thread(160);
    thread_control::suspend(world.cpu(), small);
    Thread& server = world.make_thread(150);
    REQUIRE(world.settle() == &server);
    SchedContext* own = sched::context_of(server);
    server.buffer = nullptr;
    server.registers.a0 = endpoint;
    server.registers.reply_path = reply;
    (void)world.syscall(Syscall::recv);
    sched::take(world.cpu(), *own);
    sched::forget_home(own);
    const auto call = [&](Thread& thread, unsigned words) {
        thread_control::resume(world.cpu(), thread);
        REQUIRE(world.settle() == &thread);
        world.put_message(thread, 1, std::vector<Word>(words), {});
        thread.registers.a0 = endpoint;
        REQUIRE(world.syscall(Syscall::call) == &server);
    };
    call(world.root(), 1);
    call(large, 20);
    call(small, 1);
    const SchedContext* const root_time = sched::context_of(server);
    const SchedContext* const large_time = sched::context_of(large);
    const SchedContext* const small_time = sched::context_of(small);

    world.put_message(server, 9, {}, {});
    server.registers.a0 = endpoint;
    server.registers.reply_path = reply;
    arch::host::machine.preempt_every = 1;
    server.registers.pc = 0x1000;
    REQUIRE(world.enter([] { kernel_syscall(static_cast<Word>(Syscall::reply_recv)); }) == &server);
    CHECK(server.registers.pc < 0x1000);
    CHECK(cobnut::Tag{world.root().registers.tag()}.label() == 9);
    // Behind its answer it has none of its own: it goes on with the time of whom it answered.
    CHECK(sched::context_of(server) == root_time);
    test::check_invariants(world);
    server.registers.pc = 0x1000;
    REQUIRE(world.enter([] { kernel_syscall(static_cast<Word>(Syscall::reply_recv)); }) == &large);
    thread_control::suspend(world.cpu(), large);
    REQUIRE(world.settle() == &server);
    CHECK(server.registers.pc < 0x1000);
    CHECK(large.wait == Wait::nothing);
    CHECK(sched::context_of(server) == root_time);
    test::check_invariants(world);
    const auto has_its_answer = [&] {
        return world.root().wait == Wait::nothing && sched::context_of(world.root()) == root_time &&
               cobnut::Tag{world.root().registers.tag()}.label() == 9;
    };
    const auto let_another_run = [&] {
        thread_control::resume(world.cpu(), large);
        REQUIRE(world.settle() == &large);
    };
    SECTION("a server that goes on elsewhere gives it back") {
        let_another_run();
        thread_control::abandon(world.cpu(), server);
        CHECK(has_its_answer());
        return test::check_invariants(world);
    }
    SECTION("who lends it has the answer, though the Reply goes") {
        let_another_run();
        ipc::destroy(world.cpu(), *server.reply);
        CHECK(has_its_answer());
        return test::check_invariants(world);
    }
    SECTION("who lends it has the answer, though the server goes") {
        let_another_run();
        thread_control::destroy(world.cpu(), server);
        CHECK(has_its_answer());
        return;
    }
    (void)world.syscall(Syscall::reply_recv);
    CHECK(world.root().wait == Wait::nothing);
    CHECK(sched::context_of(world.root()) == root_time);
    CHECK(error_of(large) == Error::message_too_long);
    CHECK(large.wait == Wait::nothing);
    CHECK(sched::context_of(large) == large_time);
    arch::host::machine.preempt_every = 0;
    CHECK(cobnut::Tag{world.root().registers.tag()}.label() == 9);
    CHECK(server.reply->caller == &small);
    CHECK(sched::context_of(server) == small_time);
    test::check_invariants(world);
}

TEST_CASE("nb_send_recv that is preempted while it receives does not send again", "[preemption]") {
    World world;
    const Word target = world.make(ObjectType::endpoint);
    const Word source = world.make(ObjectType::endpoint);
    const Word reply = world.make(ObjectType::reply);
    std::vector<Thread*> receivers;
    for (unsigned i = 0; i < 2; ++i) {
        receivers.push_back(&world.make_thread(120));
        REQUIRE(world.settle() == receivers[i]);
        receivers[i]->registers.a0 = target;
        REQUIRE(world.syscall(Syscall::wait) == &world.root());
    }
    Thread& large = world.make_thread(120);
    REQUIRE(world.settle() == &large);
    world.put_message(large, 0, std::vector<Word>(20), {});
    large.registers.a0 = source;
    REQUIRE(world.syscall(Syscall::send) == &world.root());

    Thread& root = world.root();
    prepare_send_receive(world, target, source);
    root.registers.reply_path = reply;
    arch::host::machine.preempt_every = 1;
    (void)world.syscall(Syscall::nb_send_recv);
    arch::host::machine.preempt_every = 0;
    CHECK(error_of(large) == Error::message_too_long);
    CHECK(root.wait_kind() == Wait::receive);
    CHECK(receivers[0]->wait == Wait::nothing);
    CHECK(cobnut::Tag{receivers[0]->registers.tag()}.label() == 3);
    CHECK(receivers[1]->wait_kind() == Wait::receive);
    test::check_invariants(world);
}

TEST_CASE("nb_send_wait that has given its time away is preempted on it, and gives it back", "[preemption]") {
    World world;
    const Word target = world.make(ObjectType::endpoint);
    const Word source = world.make(ObjectType::endpoint);
    Thread& passive = world.make_thread(120, true);
    Thread& other = world.make_thread(10);
    SchedContext* const lent = sched::context_of(world.root());
    ipc::receive(world.cpu(), passive, *world.slot(target).pointer<Endpoint>(),
                 {.block = true, .owes_nobody = true, .has_sent = false});
    std::vector<Thread*> senders;
    for (unsigned i = 0; i < 5; ++i) {
        senders.push_back(&world.make_thread(120));
        REQUIRE(world.settle() == senders[i]);
        world.put_message(*senders[i], 0, std::vector<Word>(20), {});
        senders[i]->registers.a0 = source;
        REQUIRE(world.syscall(Syscall::send) == &world.root());
    }
    Thread& root = world.root();
    prepare_send_receive(world, target, source);
    arch::host::machine.preempt_every = 1;
    root.registers.pc = 0x1000;
    REQUIRE(world.enter([] { kernel_syscall(static_cast<Word>(Syscall::nb_send_wait)); }) == &root);
    CHECK(root.registers.pc < 0x1000);
    CHECK(sched::context_of(root) == lent);
    CHECK(sched::context_of(passive) == nullptr);
    test::check_invariants(world);
    SECTION("at its wait") {
        (void)world.syscall(Syscall::nb_send_wait);
        CHECK(root.wait_kind() == Wait::receive);
        CHECK(error_of(*senders[4]) == Error::message_too_long);
    }
    SECTION("when it goes on elsewhere") {
        sched::set_priority(world.cpu(), other, 220);
        REQUIRE(world.settle() == &other);
        thread_control::abandon(world.cpu(), root);
    }
    arch::host::machine.preempt_every = 0;
    CHECK(sched::context_of(passive) == lent);
    CHECK(sched::context_of(root) == nullptr);
    test::check_invariants(world);
}

TEST_CASE("a repetition that finds an Endpoint in its slot leaves nothing to be repeated", "[preemption]") {
    World world;
    const Word frame = world.make(ObjectType::frame, 16), endpoint = world.make(ObjectType::endpoint);
    const Word reply = world.make(ObjectType::reply);
    Thread& root = world.root();
    Thread& other = world.make_thread(90);
    Thread& server = world.make_thread(120, true);
    const Word elsewhere = world.free_slot();
    server.gate &= ~Gate::full_frame; // as if it had called recv
    ipc::offer(world.object<Reply>(reply), server, reply);
    ipc::receive(world.cpu(), server, world.object<Endpoint>(endpoint),
                 {.block = true, .owes_nobody = true, .has_sent = false});
    world.call_preempted(frame, Method::frame_cache, {0, 0, 0x10000});
    REQUIRE(root.repeats == Repeat::all);
    const auto move = [&](Word to, Word from) {
        REQUIRE(world.call(World::cnode, Method::cnode_move, {to, word_bits, from, word_bits}, {World::cnode})
                    .error == Error::none);
    };
    world.hand_over(root, other);
    move(elsewhere, frame);
    move(frame, endpoint);
    world.hand_over(other, root);
    root.registers.pc = 0x1000;
    REQUIRE(world.enter([&] { kernel_fast_call(frame); }) == &server);
    CHECK(root.wait_kind() == Wait::reply);
    CHECK(root.repeats == Repeat::nothing);
    CHECK(root.node_size == World::slot_count);
    test::check_invariants(world);
}
