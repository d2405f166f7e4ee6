// SPDX-License-Identifier: BSD-2-Clause
// The methods of SchedContext and SchedControl, each error that they document, and where a lent
// context goes when parties of a call go.
#include "chapters.hpp"

namespace conformance {
namespace {

volatile Word result;
unsigned turn;
Word order[8];
CapIndex endpoint[3], answer[3];

void mark(Word number) {
    order[turn++] = number;
}

CapIndex make_context(unsigned size_bits = sched_context_min_size_bits) {
    return make(ObjectType::sched_context, size_bits);
}

Received bind(CapIndex context, CapIndex object) {
    return request(context, Method::sched_context_bind, {}, {object});
}

Received configure(CapIndex context, Word budget, Word period, Word extra, Word flags) {
    return request(own::sched_control, Method::sched_control_configure,
                   {budget, 0, period, 0, extra, 0, flags}, {context});
}

uint64_t consumed_in(CapIndex context, uint64_t duration) {
    request(context, Method::sched_context_consumed);
    const uint64_t begin = clock();
    while (microseconds(clock() - begin) < duration)
        continue;
    return request(context, Method::sched_context_consumed)[0];
}

[[noreturn]] void compute(Word) {
    for (;;)
        result = result + 1;
}

/// Server number n of a chain: passes each call on to the next one, if there is one.
void serve(Word number) {
    recv(endpoint[number], answer[number]);
    for (;;) {
        Word label = number;
        if (number < 2)
            label = call(endpoint[number + 1], {}).label();
        else
            wait(own::first_free); // a Notification: the chain stands still here
        reply_recv(endpoint[number], answer[number], Tag(label + 10, 0));
    }
}

/// A client and three passive servers, the last of which waits in the middle of its work.
struct Chain {
    CapIndex pause = make_notification(); // in the first free slot
    Worker server[3];
    Worker client;

    Chain() {
        expect("slot", pause, own::first_free);
        for (unsigned number = 0; number < 3; ++number) {
            endpoint[number] = make_endpoint();
            answer[number] = make_reply();
        }
        for (unsigned number = 0; number < 3; ++number) {
            server[number] = start(serve, number);
            succeed("passive", request(server[number].context, Method::sched_context_unbind));
        }
        result = 0;
        client = start([](Word) {
            const Received got = call(endpoint[0], {});
            result = got.error() == Error::none ? got.label() : 1000 + static_cast<Word>(got.error());
            rest();
        });
    }
    /// The last server's work ends.
    void finish() const {
        signal(pause);
        yield();
    }
};

/// The servers that are left serve a new client.
void serve_again(unsigned first, Word label) {
    static unsigned entrance;
    entrance = first;
    static volatile Word got;
    got = 0;
    start([](Word) {
        got = call(endpoint[entrance], {}).label();
        rest();
    });
    signal(own::first_free);
    yield();
    expect("served anew", got, label);
}

constexpr Test tests[] = {
    {"bind: a context has one owner, and only a Thread or a Notification",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         const CapIndex context = make_context();
         expect_error("no such object", bind(context, own::cnode), Error::invalid_capability);
         expect_error("the thread has one", bind(context, worker.thread), Error::in_use);
         const CapIndex notification = make_notification();
         succeed("bind", bind(context, notification));
         expect_error("bound", bind(context, make_notification()), Error::in_use);
         expect_error("bound", bind(worker.context, notification), Error::in_use);
         succeed("unbind", request(context, Method::sched_context_unbind));
         expect_error("again", request(context, Method::sched_context_unbind), Error::not_bound);
         expect_error("yield_to", request(context, Method::sched_context_yield_to),
                      Error::not_bound);
     }},
    {"bind: a thread whose context is lent keeps it as its own",
     [] {
         Chain chain;
         expect_error("a second one", bind(make_context(), chain.client.thread), Error::in_use);
         chain.finish();
         expect("answered", result, 32u);
     }},
    {"unbind: a context that is lent is taken from who runs on it",
     [] {
         Chain chain;
         succeed("unbind", request(chain.client.context, Method::sched_context_unbind));
         chain.finish();
         expect("nobody runs", result, 0u);
         succeed("bind", bind(chain.client.context, chain.server[2].thread));
         yield();
         expect("the answers travel on it", result, 32u);
     }},
    {"yield_to: a thread of the same priority runs at once, the caller next",
     [] {
         turn = 0;
         start(mark, 1, {.priority = main_priority});
         const Worker second = start(mark, 2, {.priority = main_priority});
         succeed("yield_to", request(second.context, Method::sched_context_yield_to));
         expect("it has run", turn, 1u);
         expect("and nobody else", order[0], 2u);
         yield();
         expect("then the other", order[1], 1u);
     }},
    {"yield_to: a lower priority comes to its front, a higher one is illegal_operation",
     [] {
         turn = 0;
         start(mark, 1, {.priority = main_priority - 1});
         const Worker second = start(mark, 2, {.priority = main_priority - 1});
         succeed("yield_to", request(second.context, Method::sched_context_yield_to));
         expect("not yet", turn, 0u);
         const Worker high = start([](Word) { rest(); });
         expect_error("higher", request(high.context, Method::sched_context_yield_to),
                      Error::illegal_operation);
         succeed("lower", request(own::thread, Method::thread_set_priority,
                                  {main_priority - 2, max_priority}, {own::thread}));
         expect("the front", order[0], 2u);
     }},
    {"yield_to: many times, near the end of the slice, and the queue stays whole",
     [] {
         static volatile Word rounds;
         rounds = 0;
         const Worker other = start([](Word) {
             for (;;) {
                 rounds = rounds + 1;
                 yield();
             }
         }, 0, {.priority = main_priority, .budget = 20, .period = 20});
         succeed("short slices", configure_time(own::sched_control, own::context, 20, 20));
         for (unsigned round = 0; round < 2000; ++round)
             succeed("yield_to", request(other.context, Method::sched_context_yield_to));
         require("it ran", rounds >= 1000);
     }},
    {"configure: errors of number, flags and capability",
     [] {
         const CapIndex context = make_context();
         expect_error("replenishments", configure(context, 1000, 2000, 1000, 0),
                      Error::out_of_range);
         expect_error("flags", configure(context, 1000, 2000, 0, 2), Error::invalid_argument);
         expect_error("budget", configure(context, 1, 2000, 0, 0), Error::time_out_of_range);
         expect_error("no SchedContext", configure(own::cnode, 1000, 2000, 0, 0),
                      Error::invalid_capability);
         succeed("right", configure(context, 1000, 2000, 0, SchedFlags::constant_bandwidth));
     }},
    {"configure: a larger object has room for more replenishments",
     [] {
         const auto room = [](unsigned bits) {
             const CapIndex context = make_context(bits);
             Word extra = 0;
             while (configure(context, 1000, 2000, extra, 0).error() == Error::none)
                 ++extra;
             return extra;
         };
         const Word least = room(sched_context_min_size_bits);
         require("some", least >= 1);
         expect("as many as 256 bytes more hold", room(sched_context_min_size_bits + 1), least + 16);
     }},
    {"constant bandwidth: a busy thread gets its share and no more",
     [] {
         const Worker worker = start(compute, 0, {.resume = false});
         succeed("configure",
                 configure(worker.context, 1000, 10000, 0, SchedFlags::constant_bandwidth));
         resume(worker.thread);
         const uint64_t got = consumed_in(worker.context, 100000);
         require("a tenth", got >= 8800 && got <= 11200);
     }},
    {"constant bandwidth: a thread that sleeps often gets no more than its share",
     [] {
         static CapIndex notification;
         notification = make_notification();
         const Worker worker = start([](Word) {
             for (;;) {
                 wait(notification);
                 const uint64_t begin = clock();
                 while (microseconds(clock() - begin) < 300)
                     continue;
             }
         }, 0, {.resume = false});
         succeed("configure",
                 configure(worker.context, 1000, 10000, 0, SchedFlags::constant_bandwidth));
         resume(worker.thread);
         request(worker.context, Method::sched_context_consumed);
         const uint64_t begin = clock();
         while (microseconds(clock() - begin) < 100000)
             signal(notification);
         const Word got = request(worker.context, Method::sched_context_consumed)[0];
         require("a tenth and one budget at most", got >= 5000 && got <= 12500);
     }},
    {"sporadic: a context with many replenishments sleeps and runs within its share",
     [] {
         static CapIndex notification;
         notification = make_notification();
         const CapIndex context = make_context(10);
         const Worker worker = start([](Word) {
             for (;;) {
                 wait(notification);
                 const uint64_t begin = clock();
                 while (microseconds(clock() - begin) < 100)
                     continue;
             }
         }, 0, {.with_context = false});
         succeed("configure", configure(context, 1000, 10000, 20, 0));
         succeed("bind", bind(context, worker.thread));
         request(context, Method::sched_context_consumed);
         const uint64_t begin = clock();
         while (microseconds(clock() - begin) < 100000)
             signal(notification);
         const Word got = request(context, Method::sched_context_consumed)[0];
         require("a tenth", got >= 5000 && got <= 12500);
     }},
    {"lending: a chain of three passive servers answers, and serves again",
     [] {
         Chain chain;
         chain.finish();
         expect("answered", result, 32u);
         serve_again(0, 32);
     }},
    {"lending: the first server dies: the client is canceled when the inner calls end",
     [] {
         Chain chain;
         succeed("delete", remove(self, chain.server[0].thread));
         chain.finish();
         expect("client", result, 1000 + static_cast<Word>(Error::canceled));
         serve_again(1, 22);
     }},
    {"lending: the middle server dies: its caller is canceled and answers the client",
     [] {
         Chain chain;
         succeed("delete", remove(self, chain.server[1].thread));
         chain.finish();
         expect("client", result, static_cast<Word>(Error::canceled) + 10);
         serve_again(2, 12);
     }},
    {"lending: the last server dies: its caller goes on at once",
     [] {
         Chain chain;
         succeed("delete", remove(self, chain.server[2].thread));
         yield();
         expect("client", result, static_cast<Word>(Error::canceled) + 20);
     }},
    {"lending: the client dies: the servers finish and wait without its time",
     [] {
         Chain chain;
         succeed("delete", remove(self, chain.client.thread));
         chain.finish();
         expect_error("nobody has it",
                      request(chain.client.context, Method::sched_context_unbind),
                      Error::not_bound);
         serve_again(0, 32);
     }},
    {"lending: each party suspended goes on where it was",
     [] {
         Chain chain;
         const CapIndex parties[] = {chain.client.thread, chain.server[0].thread,
                                     chain.server[1].thread, chain.server[2].thread};
         for (const CapIndex party : parties)
             suspend(party);
         chain.finish();
         expect("not yet", result, 0u);
         for (unsigned index = 4; index-- > 0;) {
             expect("not yet", result, 0u);
             resume(parties[index]);
             yield();
         }
         expect("answered", result, 32u);
     }},
};

} // namespace

constinit const Chapter sched_methods_chapter = chapter("methods of scheduling contexts", tests);

} // namespace conformance
