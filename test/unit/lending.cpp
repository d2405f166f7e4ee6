// SPDX-License-Identifier: BSD-2-Clause
// A scheduling context on its way along a chain of calls, whoever dies or is suspended on it.
#include "world.hpp"

#include <generic/cap/deletion.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>

namespace {

using namespace kernel;
using cobnut::Kind;
using cobnut::Tag;
using test::Syscall;
using test::World;

/// Party 0 is a client with a context, the others passive servers that wait; below them all the
/// root, which runs when none of them can.
struct Chain {
    World world;
    unsigned length;
    std::vector<Thread*> party;
    std::vector<Word> slot;
    Word endpoint, reply; ///< Of party 1; the others' follow.
    SchedContext* context;

    explicit Chain(unsigned servers) : length(servers) {
        sched::set_priority(world.cpu(), world.root(), 10);
        endpoint = world.make(ObjectType::endpoint, 0, servers);
        reply = world.make(ObjectType::reply, 0, servers);
        for (unsigned n = 0; n <= servers; ++n) {
            slot.push_back(world.free_slot());
            party.push_back(&world.make_thread(100, n > 0));
            if (n > 0)
                let_wait(n);
        }
        context = sched::context_of(*party[0]);
    }

    /// On the root's context, which goes back to the root by itself.
    void let_wait(unsigned n) {
        SchedContext* time = sched::context_of(world.root());
        thread_control::suspend(world.cpu(), *party[0]);
        sched::take(world.cpu(), *time);
        sched::give(*time, *party[n]);
        sched::make_ready(world.cpu(), *party[n]);
        REQUIRE(world.settle() == party[n]);
        receive(n);
        REQUIRE(sched::context_of(world.root()) == time);
        thread_control::resume(world.cpu(), *party[0]);
        (void)world.settle();
    }

    void form(Syscall number, Word path, Word reply_path) {
        auto& registers = world.cpu().current->registers;
        registers.a0 = path;
        registers.reply_path = reply_path;
        (void)world.syscall(number);
    }
    void receive(unsigned n) { form(Syscall::recv, endpoint + n - 1, reply + n - 1); }

    void descend(unsigned depth) {
        for (unsigned n = 0; n < depth; ++n) {
            REQUIRE(world.cpu().current == party[n]);
            world.put_message(*party[n], 1, {n}, {});
            form(Syscall::call, endpoint + n, 0);
            party[n]->sched_context = context; // as the fastpath leaves it
        }
        REQUIRE(world.cpu().current == party[depth]);
        REQUIRE(sched::context_of(*party[depth]) == context);
    }

    unsigned running() const {
        for (unsigned n = 0; n <= length; ++n)
            if (const_cast<World&>(world).cpu().current == party[n])
                return n;
        return ~0u;
    }

    /// Servers answer and wait, until the client runs or nobody but the root.
    void unwind(unsigned expect_canceled = ~0u) {
        for (unsigned rounds = 0; running() != ~0u; ++rounds) {
            const unsigned n = running();
            REQUIRE(rounds <= length);
            const Tag got{party[n]->registers.tag()};
            if (n == expect_canceled) {
                REQUIRE(got.kind() == Kind::none);
                REQUIRE(got.error() == Error::canceled);
            } else {
                REQUIRE(got.kind() == Kind::message);
            }
            if (n == 0)
                return;
            world.put_message(*party[n], 100 + n, {}, {});
            form(Syscall::reply_recv, endpoint + n - 1, reply + n - 1);
        }
    }

    void kill(unsigned n) {
        (void)world.enter([&] {
            (void)sched::enter(world.cpu());
            while (!cap::delete_step(world.cpu(), world.slot(slot[n]))) {
            }
            sched::leave(world.cpu());
        });
        party[n] = nullptr;
    }
    void suspend(unsigned n) {
        (void)world.enter([&] {
            (void)sched::enter(world.cpu());
            thread_control::suspend(world.cpu(), *party[n]);
            sched::leave(world.cpu());
        });
    }

    /// All that was lent is home again, and who is left could serve anew.
    void check_home() {
        test::check_invariants(world);
        REQUIRE(context->top == nullptr);
        REQUIRE(context->thread == party[0]);
        for (unsigned n = 1; n <= length; ++n) {
            if (party[n] == nullptr)
                continue;
            REQUIRE(sched::context_of(*party[n]) == nullptr);
            REQUIRE(party[n]->wait_kind() == Wait::receive);
        }
    }
};

void kill_each(unsigned length, unsigned depth) {
    for (unsigned victim = 0; victim <= depth; ++victim) {
        CAPTURE(length, depth, victim);
        Chain chain(length);
        chain.descend(depth);
        chain.kill(victim);
        test::check_invariants(chain.world);
        if (victim > 0 && victim < depth)
            REQUIRE(chain.party[victim - 1]->sched_context == nullptr);
        chain.unwind(victim - 1);
        REQUIRE(chain.running() == (victim == 0 ? ~0u : 0u));
        chain.check_home();
    }
}

void suspend_each(unsigned length, unsigned depth) {
    for (unsigned victim = 0; victim <= depth; ++victim) {
        CAPTURE(length, depth, victim);
        Chain chain(length);
        chain.descend(depth);
        chain.suspend(victim);
        chain.unwind();
        REQUIRE(chain.running() == ~0u);
        REQUIRE(sched::context_of(*chain.party[victim]) == chain.context);
        test::check_invariants(chain.world);
        thread_control::resume(chain.world.cpu(), *chain.party[victim]);
        (void)chain.world.settle();
        REQUIRE(chain.running() == victim);
        chain.unwind();
        REQUIRE(chain.running() == 0);
        chain.check_home();
    }
}

} // namespace

TEST_CASE("a context comes home whoever dies in a chain of 3 calls", "[lending]") {
    for (unsigned depth = 1; depth <= 3; ++depth)
        kill_each(3, depth);
}

TEST_CASE("a context comes home whoever dies in a chain of 50 calls", "[lending]") {
    kill_each(50, 50);
}

TEST_CASE("a context waits for whoever is suspended in a chain of 3 calls", "[lending]") {
    for (unsigned depth = 1; depth <= 3; ++depth)
        suspend_each(3, depth);
}

TEST_CASE("a context waits for whoever is suspended in a chain of 50 calls", "[lending]") {
    suspend_each(50, 50);
}

TEST_CASE("a lent context that dies is forgotten by all calls that it was lent along", "[lending]") {
    for (const unsigned length : {1u, 3u, 40u}) { // 16 at a time
        CAPTURE(length);
        Chain chain(length);
        chain.descend(length);
        (void)chain.world.enter([&] {
            (void)sched::enter(chain.world.cpu());
            unsigned steps = 1;
            while (!sched::forget(chain.world.cpu(), *chain.context))
                ++steps;
            CHECK(steps == 1 + length / 17);
            sched::leave(chain.world.cpu());
        });
        CHECK(chain.context->top == nullptr);
        CHECK(chain.context->home == nullptr);
        CHECK(chain.party[0]->own_context == nullptr);
        CHECK(chain.world.cpu().sched_context != chain.context);
        CHECK(chain.running() == ~0u); // nobody has time
        for (unsigned n = 0; n < length; ++n) {
            const auto& reply = chain.world.object<Reply>(chain.reply + n);
            CHECK(reply.caller == chain.party[n]);
            CHECK(reply.sched_context == nullptr);
            CHECK(reply.prev == nullptr);
            CHECK(chain.party[n]->sched_context == nullptr);
        }
        test::check_invariants(chain.world);
    }
}

TEST_CASE("two that die in one chain leave the context to the client", "[lending]") {
    for (unsigned first = 1; first <= 6; ++first)
        for (unsigned second = 1; second <= 6; ++second) {
            if (second == first)
                continue;
            CAPTURE(first, second);
            Chain chain(6);
            chain.descend(6);
            chain.kill(first);
            chain.kill(second);
            test::check_invariants(chain.world);
            for (unsigned rounds = 0; chain.running() != 0; ++rounds) {
                const unsigned n = chain.running();
                REQUIRE(n != ~0u);
                REQUIRE(rounds < 8);
                chain.world.put_message(*chain.party[n], 100 + n, {}, {});
                chain.form(Syscall::reply_recv, chain.endpoint + n - 1, chain.reply + n - 1);
            }
            REQUIRE(chain.context->top == nullptr);
            REQUIRE(chain.context->thread == chain.party[0]);
        }
}
