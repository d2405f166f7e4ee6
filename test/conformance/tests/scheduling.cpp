// SPDX-License-Identifier: BSD-2-Clause
// Priorities, suspend and resume, scheduling contexts and where they go.
#include "chapters.hpp"

namespace conformance {
namespace {

volatile Word steps[6];
unsigned turn;
Word order[8];

void mark(Word number) {
    order[turn++] = number;
}

constexpr Test tests[] = {
    {"scheduling: a thread of higher priority runs at once when it is resumed",
     [] {
         steps[0] = 0;
         start([](Word) { steps[0] = 1; }, 0, {.priority = main_priority + 1});
         expect("it ran", steps[0], 1u);
     }},
    {"scheduling: a thread of lower priority does not run while this one does",
     [] {
         steps[0] = 0;
         start([](Word) { steps[0] = 1; }, 0, {.priority = main_priority - 1});
         for (unsigned index = 0; index < 100; ++index)
             yield();
         expect("it did not", steps[0], 0u);
     }},
    {"scheduling: lowering the own priority lets the others run",
     [] {
         steps[0] = 0;
         start([](Word) { steps[0] = 1; }, 0, {.priority = main_priority - 1});
         succeed("lower", request(own::thread, Method::thread_set_priority,
                                  {main_priority - 2, max_priority}, {own::thread}));
         expect("it ran", steps[0], 1u);
     }},
    {"scheduling: raising another thread above this one runs it at once",
     [] {
         steps[0] = 0;
         const Worker worker =
             start([](Word) { steps[0] = 1; }, 0, {.priority = main_priority - 1});
         expect("not yet", steps[0], 0u);
         succeed("raise", request(worker.thread, Method::thread_set_priority,
                                  {main_priority + 1, main_priority + 1}, {own::thread}));
         expect("it ran", steps[0], 1u);
     }},
    {"scheduling: no priority above the authority's maximum",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         expect_error("priority", request(worker.thread, Method::thread_set_priority,
                                          {max_priority + 1, max_priority}, {own::thread}),
                      Error::out_of_range);
         expect_error("maximum", request(worker.thread, Method::thread_set_priority,
                                         {10, max_priority + 1}, {own::thread}),
                      Error::out_of_range);
         expect_error("no priority", request(worker.thread, Method::thread_set_priority,
                                             {256, 256}, {own::thread}),
                      Error::out_of_range);
         require("no thread", request(worker.thread, Method::thread_set_priority, {10, 10},
                                      {own::space}).error() != Error::none);
     }},
    {"scheduling: a priority does not leak through a call to the caller or its server",
     [] {
         static CapIndex endpoint, reply;
         endpoint = make_endpoint();
         reply = make_reply();
         turn = 0;
         start([](Word) { // high
             recv(endpoint, reply);
             for (;;) {
                 mark(1);
                 start([](Word) { mark(2); }, 0, {.priority = main_priority + 20});
                 reply_recv(endpoint, reply, {});
             }
         }, 0, {.priority = main_priority + 30});
         start([](Word) { // low
             call(endpoint, {});
             mark(3);
         }, 0, {.priority = main_priority + 10});
         expect("the server runs before all others", order[0], 1u);
         expect("then the middle, not the client it answered", order[1], 2u);
         expect("then the client", order[2], 3u);
     }},
    {"scheduling: yield runs the next thread of the same priority",
     [] {
         turn = 0;
         for (Word number = 1; number <= 3; ++number)
             start([](Word which) {
                 mark(which);
                 yield();
                 mark(which + 10);
             }, number, {.priority = main_priority});
         yield();
         yield();
         yield();
         constexpr Word wanted[] = {1, 2, 3, 11, 12, 13};
         require("both rounds", turn >= 3);
         for (unsigned index = 0; index < turn; ++index)
             expect("order", order[index], wanted[index]);
     }},
    {"scheduling: a thread without scheduling context does not run",
     [] {
         steps[0] = 0;
         const Worker worker = start([](Word) { steps[0] = 1; }, 0, {.with_context = false});
         expect("it waits", steps[0], 0u);
         const CapIndex context = make(ObjectType::sched_context, sched_context_min_size_bits);
         succeed("configure", configure_time(own::sched_control, context, 10000, 10000));
         succeed("bind", request(context, Method::sched_context_bind, {}, {worker.thread}));
         expect("it ran", steps[0], 1u);
     }},
    {"scheduling: a context that is taken away stops its thread, given back it goes on",
     [] {
         steps[0] = 0;
         const Worker worker = start([](Word) {
             for (;;) {
                 steps[0] = steps[0] + 1;
                 yield();
             }
         }, 0, {.priority = main_priority});
         yield();
         succeed("unbind", request(worker.context, Method::sched_context_unbind));
         const Word before = steps[0];
         require("it ran", before > 0);
         yield();
         yield();
         expect("stopped", steps[0], before);
         succeed("bind", request(worker.context, Method::sched_context_bind, {}, {worker.thread}));
         yield();
         yield();
         require("goes on", steps[0] > before);
     }},
    {"scheduling: a context has one thread and a thread one context",
     [] {
         const Worker one = start([](Word) {}, 0, {.resume = false});
         const Worker two = start([](Word) {}, 0, {.resume = false});
         expect_error("context in use",
                      request(one.context, Method::sched_context_bind, {}, {two.thread}),
                      Error::in_use);
         succeed("unbind", request(one.context, Method::sched_context_unbind));
         expect_error("unbind again", request(one.context, Method::sched_context_unbind),
                      Error::not_bound);
         expect_error("thread in use",
                      request(one.context, Method::sched_context_bind, {}, {two.thread}),
                      Error::in_use);
     }},
    {"scheduling: a deleted scheduling context stops its thread",
     [] {
         steps[0] = 0;
         const Worker worker = start([](Word) {
             for (;;) {
                 steps[0] = steps[0] + 1;
                 yield();
             }
         }, 0, {.priority = main_priority});
         yield();
         succeed("delete", remove(self, worker.context));
         const Word before = steps[0];
         yield();
         expect("stopped", steps[0], before);
     }},
    {"scheduling: a passive server runs on its caller's context and gives it back",
     [] {
         static CapIndex endpoint, answer;
         endpoint = make_endpoint();
         answer = make_reply();
         const Worker server = start([](Word) {
             Received got = recv(endpoint, answer);
             for (;;)
                 got = reply_recv(endpoint, answer, Tag(got.label() + 1, 0));
         });
         succeed("make it passive", request(server.context, Method::sched_context_unbind));
         for (Word round = 0; round < 10; ++round)
             expect("served", call(endpoint, Tag(round, 0)).label(), round + 1);
         start([](Word) { steps[1] = call(endpoint, Tag(60, 0)).label(); });
         expect("another caller", steps[1], 61u);
     }},
    {"scheduling: a passive server that is only sent to does not run",
     [] {
         static CapIndex endpoint, answer;
         endpoint = make_endpoint();
         answer = make_reply();
         steps[0] = 0;
         const Worker server = start([](Word) {
             recv(endpoint, answer);
             steps[0] = 1;
         });
         succeed("make it passive", request(server.context, Method::sched_context_unbind));
         nb_send(endpoint, Tag(1, 0));
         yield();
         expect("nobody lends it time", steps[0], 0u);
         succeed("bind", request(server.context, Method::sched_context_bind, {}, {server.thread}));
         expect("now it runs", steps[0], 1u);
     }},
    {"scheduling: a context comes back when the passive server is deleted",
     [] {
         static CapIndex endpoint, answer;
         endpoint = make_endpoint();
         answer = make_reply();
         const Worker server = start([](Word) {
             recv(endpoint, answer);
             rest();
         });
         succeed("make it passive", request(server.context, Method::sched_context_unbind));
         const Worker client = start([](Word) {
             local().argument = static_cast<Word>(call(endpoint, {}).error());
             steps[2] = 1;
         });
         succeed("delete the server", remove(self, server.thread));
         succeed("and its Reply", remove(self, answer));
         yield();
         expect("the client runs again", steps[2], 1u);
         expect("canceled", client.local->argument, Error::canceled);
     }},
    {"scheduling: a context bound to a Notification runs its passive waiter",
     [] {
         static CapIndex notification;
         notification = make_notification();
         steps[0] = 0;
         const Worker worker = start([](Word) {
             for (;;) {
                 wait(notification);
                 steps[0] = steps[0] + 1;
             }
         });
         succeed("unbind", request(worker.context, Method::sched_context_unbind));
         succeed("bind", request(worker.context, Method::sched_context_bind, {}, {notification}));
         signal(notification);
         yield();
         expect("woken", steps[0], 1u);
         signal(notification);
         yield();
         expect("again", steps[0], 2u);
     }},
    {"scheduling: yield_to puts a thread to the front of its priority",
     [] {
         turn = 0;
         start(mark, 1, {.priority = main_priority});
         const Worker second = start(mark, 2, {.priority = main_priority});
         const Received answer = request(second.context, Method::sched_context_yield_to);
         succeed("yield_to", answer);
         yield();
         yield();
         expect("second first", order[0], 2u);
     }},
    {"suspend: a suspended thread makes no step and goes on after resume",
     [] {
         steps[0] = 0;
         const Worker worker = start([](Word) {
             for (;;) {
                 steps[0] = steps[0] + 1;
                 yield();
             }
         }, 0, {.priority = main_priority});
         yield();
         succeed("suspend", suspend(worker.thread));
         const Word before = steps[0];
         yield();
         yield();
         expect("stopped", steps[0], before);
         succeed("suspend again", suspend(worker.thread));
         succeed("resume", resume(worker.thread));
         yield();
         yield();
         require("goes on", steps[0] > before);
     }},
    {"suspend: a suspended sender keeps its place in the queue",
     [] {
         static CapIndex endpoint;
         endpoint = make_endpoint();
         Worker workers[3];
         for (Word index = 0; index < 3; ++index)
             workers[index] = start([](Word number) {
                 send(endpoint, Tag(number, 0));
                 steps[number] = 1;
             }, index);
         succeed("suspend", suspend(workers[0].thread));
         const CapIndex answer = make_reply();
         const Received first = recv(endpoint, answer);
         note("first received", first.label());
         const Received second = recv(endpoint, answer);
         succeed("resume", resume(workers[0].thread));
         if (first.label() == 0) { // its message is taken, it goes on after resume
             expect("second", second.label(), 1u);
             expect("goes on", steps[0], 1u);
         } else {
             expect("passed over", first.label() + second.label(), 3u);
             expect("received after resume", recv(endpoint, answer).label(), 0u);
         }
     }},
    {"suspend: a suspended receiver does not lose the message",
     [] {
         static CapIndex endpoint;
         endpoint = make_endpoint();
         steps[0] = 0;
         const Worker worker =
             start([](Word) { steps[0] = wait(endpoint).label(); });
         succeed("suspend", suspend(worker.thread));
         nb_send(endpoint, Tag(12, 0));
         expect("it does not run", steps[0], 0u);
         succeed("resume", resume(worker.thread));
         if (steps[0] == 0)
             nb_send(endpoint, Tag(12, 0));
         expect("it got a message", steps[0], 12u);
     }},
    {"suspend: a thread may suspend itself",
     [] {
         steps[0] = 0;
         const Worker worker = start([](Word) {
             steps[0] = 1;
             suspend(local().thread);
             steps[0] = 2;
         });
         expect("stopped", steps[0], 1u);
         succeed("resume", resume(worker.thread));
         expect("goes on", steps[0], 2u);
     }},
};

} // namespace

constinit const Chapter scheduling_chapter = chapter("scheduling", tests);

} // namespace conformance
