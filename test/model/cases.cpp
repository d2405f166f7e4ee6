// SPDX-License-Identifier: BSD-2-Clause
// Traces in which kernel and model once differed, as `model` printed them.
#include "machine.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

using model::Method;
using model::ObjectType;
using model::Step;
using model::Syscall;
using model::Word;

Step call(Method method, Word path, std::vector<Word> words = {},
          std::vector<Word> capabilities = {}) {
    return {.path = path,
            .label = static_cast<Word>(method),
            .words = std::move(words),
            .capabilities = std::move(capabilities)};
}

Step make(ObjectType type, Word size_bits, Word first, Word count = 1) {
    return call(Method::untyped_retype, model::slot_untyped,
                {static_cast<Word>(type), size_bits, 0, 0, first, count}, {model::slot_cnode});
}

/// A thread that runs above the first one, on a context with this budget and period.
std::vector<Step> thread_above(Word thread, Word context, Word budget, Word period) {
    return {make(ObjectType::thread, 0, thread),
            make(ObjectType::sched_context, 8, context),
            make(ObjectType::frame, 12, context + 1),
            call(Method::thread_configure, thread, {0, 0, 0x400},
                 {model::slot_cnode, model::slot_space, context + 1}),
            call(Method::sched_control_configure, model::slot_control,
                 {budget, 0, period, 0, 0, 7}, {context}),
            call(Method::thread_set_priority, thread, {103, 200}, {model::slot_thread}),
            call(Method::sched_context_bind, context, {}, {thread})};
}

/// A client runs on a Notification's context and lends it to a server, by a call or a fault. While the server
/// has it the client is given a context of its own; then the server answers.
std::vector<Step> given_a_context_while_it_waits(Step::Kind by) {
    constexpr Word server = 8, own = 9, endpoint = 12, other = 13, reply = 14, notification = 15,
                   client = 20, lent = 21, table = 30;
    std::vector<Step> steps = thread_above(server, own, 1000, 1000);
    steps.push_back(make(ObjectType::page_table, 0, table));
    steps.push_back(call(Method::page_table_map, table, {0}, {model::slot_space})); // or no fastpath
    steps.push_back(make(ObjectType::endpoint, 0, endpoint, 2));
    steps.push_back(make(ObjectType::reply, 0, reply));
    steps.push_back(make(ObjectType::notification, 0, notification));
    steps.push_back(call(Method::thread_resume, server));
    steps.push_back({.form = Syscall::recv, .path = endpoint, .reply = reply});
    steps.push_back(call(Method::sched_context_unbind, own));
    const std::vector<Step> more = thread_above(client, lent, 1000, 1000);
    steps.insert(steps.end(), more.begin(), more.end());
    steps.push_back(call(Method::thread_set_fault_handler, client, {}, {endpoint}));
    steps.push_back(call(Method::thread_resume, client));
    steps.push_back({.form = Syscall::wait, .path = notification});
    steps.push_back(call(Method::sched_context_unbind, lent));
    steps.push_back(call(Method::sched_context_bind, lent, {}, {notification}));
    steps.push_back({.form = Syscall::nb_send, .path = notification});
    steps.push_back({.kind = by, .path = endpoint});
    steps.push_back({.form = Syscall::send, .path = other});
    steps.push_back(call(Method::sched_context_bind, own, {}, {client}));
    steps.push_back({.form = Syscall::wait, .path = other});
    steps.push_back({.form = Syscall::reply_recv, .path = endpoint, .reply = reply});
    return steps;
}

} // namespace

TEST_CASE("yield gives the rest of the budget up without a timeout fault", "[model]") {
    std::vector<Step> steps = thread_above(8, 9, 500, 2000);
    steps.push_back(make(ObjectType::endpoint, 0, 12));
    steps.push_back(call(Method::thread_set_timeout_handler, 8, {}, {12}));
    steps.push_back(call(Method::thread_resume, 8));
    steps.push_back({.form = Syscall::yield});
    CHECK(model::check({}, steps) == "");
}

TEST_CASE("a depth that only begins like a depth names no receive slot", "[model]") {
    std::vector<Step> steps = thread_above(8, 9, 1000, 1000);
    steps.push_back(make(ObjectType::endpoint, 0, 12));
    steps.push_back(call(Method::thread_resume, 8));
    steps.push_back({.form = Syscall::wait,
                     .path = 12,
                     .receive = {model::slot_cnode, 50, (Word{1} << 32) | 64}});
    steps.push_back({.form = Syscall::nb_send, .path = 12, .capabilities = {8}});
    CHECK(model::check({}, steps) == "");
}

TEST_CASE("a receive that does not wait leaves the Notification's context with the thread",
          "[model]") {
    std::vector<Step> steps = thread_above(8, 9, 1000, 1000);
    steps.push_back(make(ObjectType::endpoint, 0, 12));
    steps.push_back(make(ObjectType::notification, 0, 13));
    steps.push_back(call(Method::thread_resume, 8));
    steps.push_back({.form = Syscall::wait, .path = 12});
    steps.push_back(call(Method::sched_context_unbind, 9));
    steps.push_back(call(Method::thread_bind_notification, 8, {}, {13}));
    steps.push_back(call(Method::sched_context_bind, 9, {}, {13}));
    steps.push_back({.form = Syscall::nb_send, .path = 13});
    steps.push_back({.form = Syscall::nb_wait, .path = 12});
    CHECK(model::check({}, steps) == "");
}

TEST_CASE("a preempted receive keeps the Notification's context until it waits", "[model]") {
    std::vector<Step> steps = thread_above(8, 9, 1000, 1000);
    steps.push_back(make(ObjectType::endpoint, 0, 12, 2));
    steps.push_back(make(ObjectType::notification, 0, 14));
    steps.push_back(call(Method::thread_resume, 8));
    steps.push_back({.form = Syscall::wait, .path = 12});
    steps.push_back(call(Method::sched_context_unbind, 9));
    steps.push_back(call(Method::thread_bind_notification, 8, {}, {14}));
    steps.push_back(call(Method::sched_context_bind, 9, {}, {14}));
    // Somebody sends capabilities that nobody has a place for.
    std::vector<Step> other = thread_above(16, 17, 1000, 1000);
    steps.insert(steps.end(), other.begin(), other.end());
    steps.push_back(call(Method::thread_resume, 16));
    steps.push_back({.form = Syscall::send, .path = 13, .capabilities = {8}});
    steps.push_back({.form = Syscall::nb_send, .path = 14});
    steps.push_back({.form = Syscall::wait, .path = 13, .preempt_every = 1});
    steps.push_back({.form = Syscall::nb_send, .path = 14});
    CHECK(model::check({}, steps) == "");
}

TEST_CASE("a caller that was given a context of its own does not get back what it lent", "[model]") {
    const std::vector<Step> steps = given_a_context_while_it_waits(Step::Kind::call);
    CHECK(model::check({}, steps) == "");
    CHECK(model::check({.fastpaths = true}, steps) == "");
}

TEST_CASE("a faulter that was given a context of its own does not get back what it lent", "[model]") {
    const std::vector<Step> steps = given_a_context_while_it_waits(Step::Kind::fault);
    CHECK(model::check({}, steps) == "");
    CHECK(model::check({.fastpaths = true}, steps) == "");
}

TEST_CASE("of contexts that get their time at once some wait for the next turn of the timer", "[model]") {
    constexpr Word count = 7, first = 10, budget = 500, period = 2000, turn = 10;
    std::vector<Step> steps;
    for (Word i = 0; i < count; ++i) {
        const Word slot = first + 3 * i;
        const std::vector<Step> more = thread_above(slot, slot + 1, budget, period);
        steps.insert(steps.end(), more.begin(), more.end());
        steps.push_back(call(Method::thread_resume, slot));
        steps.push_back({.form = Syscall::yield});
    }
    steps.push_back({.kind = Step::Kind::pass_time, .time = period});
    for (Word i = 0; i < count; ++i)
        steps.push_back({.kind = Step::Kind::pass_time, .time = turn});
    CHECK(model::check({}, steps) == "");
}

TEST_CASE("a revoke that takes its caller's buffer ends when it is preempted with words in there",
          "[model]") {
    std::vector<Step> steps = thread_above(8, 9, 1000, 1000);
    steps.push_back(call(Method::thread_resume, 8));
    Step revoke = call(Method::cnode_revoke, model::slot_cnode, {10, 64, 0, 0, 0, 0, 0, 0});
    revoke.preempt_every = 1;
    steps.push_back(revoke);
    CHECK(model::check({}, steps) == "");
}

TEST_CASE("an answer to a caller on its own context returns the Notification's", "[model]") {
    constexpr Word server = 8, lent = 9, endpoint = 12, reply = 13, mine = 14, other = 15, client = 20,
                   table = 30;
    std::vector<Step> steps = thread_above(server, lent, 1000, 1000);
    steps.push_back(make(ObjectType::page_table, 0, table));
    steps.push_back(call(Method::page_table_map, table, {0}, {model::slot_space})); // or no fastpath
    steps.push_back(make(ObjectType::endpoint, 0, endpoint));
    steps.push_back(make(ObjectType::reply, 0, reply));
    steps.push_back(make(ObjectType::notification, 0, mine, 2));
    const std::vector<Step> more = thread_above(client, client + 1, 1000, 1000);
    steps.insert(steps.end(), more.begin(), more.end());
    steps.push_back(call(Method::thread_resume, client));
    steps.push_back({.form = Syscall::wait, .path = other});
    steps.push_back(call(Method::thread_resume, server));
    steps.push_back({.form = Syscall::recv, .path = endpoint, .reply = reply});
    steps.push_back(call(Method::sched_context_unbind, lent));
    steps.push_back(call(Method::thread_bind_notification, server, {}, {mine}));
    steps.push_back(call(Method::sched_context_bind, lent, {}, {mine}));
    steps.push_back({.form = Syscall::nb_send, .path = mine});
    // The server runs now, and lets the client call.
    steps.push_back({.form = Syscall::nb_send, .path = other});
    steps.push_back({.form = Syscall::yield});
    steps.push_back({.path = endpoint});
    steps.push_back({.form = Syscall::nb_recv, .path = endpoint, .reply = reply});
    steps.push_back({.form = Syscall::reply_recv, .path = endpoint, .reply = reply});
    CHECK(model::check({}, steps) == "");
    CHECK(model::check({.fastpaths = true}, steps) == "");
}
