// SPDX-License-Identifier: BSD-2-Clause
// Budgets, periods, shares and timeouts. Exact only where virtual time follows instructions.
#include "chapters.hpp"

namespace conformance {
namespace {

volatile uint64_t work[3];

[[noreturn]] void compute(Word number) {
    for (;;)
        work[number] = work[number] + 1;
}

/// Leaves nearly all of the time to the others: 100 microseconds in each millisecond are ours.
void sleep(unsigned microseconds_to_sleep) {
    const uint64_t until = clock() + handover.ticks_per_second * microseconds_to_sleep / 1000000;
    succeed("take little", configure_time(own::sched_control, own::context, 100, 1000));
    while (clock() < until)
        yield();
    succeed("take all again", configure_time(own::sched_control, own::context, 10000, 10000));
}

void expect_share(const char* what, uint64_t got, uint64_t wanted, unsigned percent) {
    note(what, static_cast<Word>(got), static_cast<Word>(wanted));
    require(what, got * 100 >= wanted * (100 - percent) && got * 100 <= wanted * (100 + percent));
}

constexpr Test tests[] = {
    {"time: the clock advances and never goes back",
     [] {
         uint64_t last = clock();
         const uint64_t first = last;
         for (unsigned index = 0; index < 10000; ++index) {
             const uint64_t now = clock();
             require("monotonic", now >= last);
             last = now;
         }
         require("advancing", last > first);
     }},
    {"time: budgets and periods out of range are time_out_of_range",
     [] {
         const CapIndex context = make(ObjectType::sched_context, sched_context_min_size_bits);
         const auto refused = [&](uint64_t budget, uint64_t period) {
             expect_error("configure", configure_time(own::sched_control, context, budget, period),
                          Error::time_out_of_range);
         };
         refused(0, 0);
         refused(0, 1000);
         refused(1, 1000);
         refused(2000, 1000);
         refused(~uint64_t{0}, ~uint64_t{0});
         refused(1000, ~uint64_t{0});
         succeed("within", configure_time(own::sched_control, context, 1000, 1000));
     }},
    {"time: more replenishments than the object has room for are out_of_range",
     [] {
         const CapIndex context = make(ObjectType::sched_context, sched_context_min_size_bits);
         expect_error("configure",
                      configure_time(own::sched_control, context, 1000, 2000, 0, 1000),
                      Error::out_of_range);
         const CapIndex larger = make(ObjectType::sched_context, 10);
         succeed("room for ten", configure_time(own::sched_control, larger, 1000, 2000, 0, 8));
     }},
    {"time: a thread whose context was never configured does not run",
     [] {
         work[0] = 0;
         const Worker worker = start(compute, 0, {.with_context = false});
         const CapIndex context = make(ObjectType::sched_context, sched_context_min_size_bits);
         request(context, Method::sched_context_bind, {}, {worker.thread});
         yield();
         expect("nothing done", work[0], 0u);
     }},
    {"time: a thread of higher priority gets its budget and no more",
     [] {
         work[0] = 0;
         const Worker worker =
             start(compute, 0, {.resume = false, .budget = 1000, .period = 10000});
         request(worker.context, Method::sched_context_consumed);
         const uint64_t begin = clock();
         resume(worker.thread);
         while (microseconds(clock() - begin) < 100000)
             continue;
         const Received answer = request(worker.context, Method::sched_context_consumed);
         const uint64_t elapsed = microseconds(clock() - begin);
         require("it ran", work[0] > 0);
         expect_share("consumed of a tenth", answer[0], elapsed / 10, 12);
     }},
    {"time: over many periods a budget is kept within 2 per cent",
     [] {
         for (const uint64_t budget : {500u, 1000u, 2500u, 5000u}) {
             const Worker worker =
                 start(compute, 0, {.resume = false, .budget = budget, .period = 10000});
             request(worker.context, Method::sched_context_consumed);
             const uint64_t begin = clock();
             resume(worker.thread);
             // Ends where the worker waits for its next period, not just when that begins.
             while (microseconds(clock() - begin) < 197500)
                 continue;
             const uint64_t elapsed = microseconds(clock() - begin);
             const Word consumed = request(worker.context, Method::sched_context_consumed)[0];
             succeed("delete", remove(self, worker.thread));
             expect("whole periods", elapsed / 10000, 19u);
             expect_share("microseconds", consumed, 20 * budget, 2);
         }
     }},
    {"time: two threads share by budget and period",
     [] {
         const Worker one = start(compute, 0, {.resume = false, .budget = 2000, .period = 10000});
         const Worker two = start(compute, 1, {.resume = false, .budget = 1000, .period = 10000});
         const uint64_t begin = clock();
         resume(one.thread);
         resume(two.thread);
         while (microseconds(clock() - begin) < 200000)
             continue;
         const Word first = request(one.context, Method::sched_context_consumed)[0];
         const Word second = request(two.context, Method::sched_context_consumed)[0];
         expect_share("two to one", first, uint64_t{second} * 2, 6);
     }},
    {"time: round robin gives threads of one priority the same",
     [] {
         const Worker one =
             start(compute, 0, {.priority = main_priority, .budget = 1000, .period = 1000});
         const Worker two =
             start(compute, 1, {.priority = main_priority, .budget = 1000, .period = 1000});
         const Worker three =
             start(compute, 2, {.priority = main_priority, .budget = 1000, .period = 1000});
         succeed("as they have",
                 configure_time(own::sched_control, own::context, 1000, 1000));
         const uint64_t begin = clock();
         while (microseconds(clock() - begin) < 200000)
             continue;
         const Word first = request(one.context, Method::sched_context_consumed)[0];
         const Word second = request(two.context, Method::sched_context_consumed)[0];
         const Word third = request(three.context, Method::sched_context_consumed)[0];
         expect_share("first and second", first, second, 6);
         expect_share("first and third", first, third, 6);
     }},
    {"time: a longer time slice gives a larger share",
     [] {
         const Worker one =
             start(compute, 0, {.priority = main_priority, .budget = 4000, .period = 4000});
         const Worker two =
             start(compute, 1, {.priority = main_priority, .budget = 1000, .period = 1000});
         const uint64_t begin = clock();
         while (microseconds(clock() - begin) < 300000)
             continue;
         const Word first = request(one.context, Method::sched_context_consumed)[0];
         const Word second = request(two.context, Method::sched_context_consumed)[0];
         expect_share("four to one", first, uint64_t{second} * 4, 20);
     }},
    {"time: consumed tells the time since it was last asked for",
     [] {
         request(own::context, Method::sched_context_consumed);
         const uint64_t begin = clock();
         while (microseconds(clock() - begin) < 5000)
             continue;
         const Word first = request(own::context, Method::sched_context_consumed)[0];
         const Word second = request(own::context, Method::sched_context_consumed)[0];
         require("five milliseconds", first >= 4900);
         require("hardly anything", second < 1000);
     }},
    {"time: a used-up budget with a timeout handler is a timeout fault",
     [] {
         const CapIndex handler = make_endpoint();
         const CapIndex answer = make_reply();
         const Worker worker =
             start(compute, 0, {.resume = false, .budget = 1000, .period = 50000});
         succeed("badge", configure_time(own::sched_control, worker.context, 1000, 50000, 44));
         succeed("handler",
                 request(worker.thread, Method::thread_set_timeout_handler, {}, {handler}));
         resume(worker.thread);
         const Received got = recv(handler, answer);
         expect("kind", got.kind(), Kind::fault);
         expect("label", got.label(), FaultType::timeout);
         expect("badge", got[2], 44u);
         require("consumed", got[3] >= 900);
         // A new budget and an answer: it goes on.
         succeed("more", configure_time(own::sched_control, worker.context, 2000, 20000));
         const uint64_t before = work[0];
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         sleep(3000);
         require("goes on", work[0] > before);
     }},
    {"time: a timeout handler that answers stop stops the thread",
     [] {
         const CapIndex handler = make_endpoint();
         const CapIndex answer = make_reply();
         const Worker worker = start(compute, 0, {.resume = false, .budget = 1000, .period = 5000});
         succeed("handler",
                 request(worker.thread, Method::thread_set_timeout_handler, {}, {handler}));
         resume(worker.thread);
         expect("label", recv(handler, answer).label(), FaultType::timeout);
         send(answer, Tag(static_cast<Word>(FaultReply::stop), 0));
         const uint64_t before = work[0];
         sleep(12000);
         expect("stopped", work[0], before);
         succeed("resume", resume(worker.thread));
     }},
    {"time: a passive server consumes its caller's budget",
     [] {
         static CapIndex endpoint, answer;
         endpoint = make_endpoint();
         answer = make_reply();
         const Worker server = start([](Word) {
             Received got = recv(endpoint, answer);
             for (;;) {
                 const uint64_t begin = clock();
                 while (microseconds(clock() - begin) < 3000)
                     continue;
                 got = reply_recv(endpoint, answer, Tag(got.label() + 1, 0));
             }
         });
         succeed("make it passive", request(server.context, Method::sched_context_unbind));
         request(own::context, Method::sched_context_consumed);
         expect("served", call(endpoint, Tag(1, 0)).label(), 2u);
         require("three milliseconds", request(own::context, Method::sched_context_consumed)[0] >=
                                           2900);
     }},
    {"time: a periodic thread runs once in each period",
     [] {
         static volatile Word rounds;
         rounds = 0;
         const Worker worker = start([](Word) {
             for (;;) {
                 rounds = rounds + 1;
                 yield();
             }
         }, 0, {.resume = false, .budget = 500, .period = 10000});
         const uint64_t begin = clock();
         resume(worker.thread);
         while (microseconds(clock() - begin) < 105000)
             continue;
         note("rounds in 105 ms", rounds);
         require("eleven, more or less", rounds >= 10 && rounds <= 12);
     }},
};

} // namespace

constinit const Chapter time_chapter = chapter("time", tests);

} // namespace conformance
