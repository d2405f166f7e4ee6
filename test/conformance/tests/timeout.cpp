// SPDX-License-Identifier: BSD-2-Clause
// Faults of used-up budgets: what the handler learns, gives, and may not.
#include "../isa/isa.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

constexpr uint64_t second = 1000000; // in microseconds: a period that no test lives to see
constexpr Word context_badge = 77;

CapIndex handler, answer;
volatile Word work, result;

void prepare() {
    handler = make_endpoint();
    answer = make_reply();
    work = 0;
    result = 0;
}

[[noreturn]] void compute(Word) {
    for (;;)
        work = work + 1;
}

void configure(const Worker& worker, uint64_t budget, uint64_t period) {
    succeed("configure", configure_time(own::sched_control, worker.context, budget, period,
                                        context_badge));
}
void handle(CapIndex thread, CapIndex endpoint) {
    succeed("handler", request(thread, Method::thread_set_timeout_handler, {}, {endpoint}));
}

/// A thread that runs out of time.
Worker start_timed(Entry entry, uint64_t budget, uint64_t period, Options options = {}) {
    options.resume = false;
    const Worker worker = start(entry, 0, options);
    configure(worker, budget, period);
    handle(worker.thread, handler);
    succeed("resume", resume(worker.thread));
    return worker;
}

Received timeout(Location location = here()) {
    const Received got = recv(handler, answer);
    expect("kind", got.kind(), Kind::fault, location);
    expect("label", got.label(), FaultType::timeout, location);
    return got;
}
Received answer_with(FaultReply label, Words words = {}) {
    return nb_send(answer, Tag(static_cast<Word>(label), static_cast<unsigned>(words.size())), words);
}
void go_on() {
    succeed("answer", answer_with(FaultReply::resume));
}
void wait_microseconds(uint64_t time) {
    const uint64_t begin = clock();
    while (microseconds(clock() - begin) < time)
        continue;
}

constexpr Test tests[] = {
    {"timeout: the message tells instruction, stack, the context's badge and what was consumed",
     [] {
         prepare();
         const Worker worker = start(compute, 0, {.resume = false});
         configure(worker, 1000, second);
         handle(worker.thread, minted(handler, Rights::call(), 1717));
         succeed("resume", resume(worker.thread));
         const Received got = timeout();
         expect("badge of the handler", got.badge, 1717u);
         expect("length", got.length(), fault_words);
         const auto code = reinterpret_cast<Word>(&compute);
         require("instruction", got[0] >= code && got[0] < code + 64);
         const auto stack = reinterpret_cast<Word>(worker.local);
         require("stack", got[1] > stack && got[1] < stack + area_size);
         expect("badge of the context", got[2], context_badge);
         require("consumed", got[3] >= 990 && got[3] < 1100);
         expect("word 4", got[4], 0u);
         expect("word 5", got[5], 0u);
     }},
    {"timeout: with a new budget the thread goes on where it was, with all its registers",
     [] {
         prepare();
         const Worker worker = start_timed([](Word) {
             work = isa::changed_while_spinning(0x1000, 500000);
             result = 1;
             send(handler, {}); // ends the wait for the next fault
             rest();
         }, 100, second);
         const uint64_t begin = clock();
         unsigned faults = 0;
         while (recv(handler, answer).kind() == Kind::fault) {
             ++faults;
             configure(worker, 100, second);
             go_on();
         }
         note("faults", faults);
         require("several", faults >= 3);
         expect("to its end", result, 1u);
         expect("registers that changed", work, 0u);
         require("at once", microseconds(clock() - begin) < second / 2);
     }},
    {"timeout: on another context the thread goes on at once",
     [] {
         prepare();
         const Worker worker = start_timed(compute, 1000, second);
         timeout();
         const CapIndex other = make(ObjectType::sched_context, sched_context_min_size_bits);
         succeed("configure", configure_time(own::sched_control, other, 500, second, 78));
         succeed("unbind", request(worker.context, Method::sched_context_unbind));
         succeed("bind", request(other, Method::sched_context_bind, {}, {worker.thread}));
         const Word before = work;
         expect("it waits for the answer", work, before);
         const uint64_t begin = clock();
         go_on();
         expect("the other one's badge", timeout()[2], 78u);
         require("it ran", work > before);
         require("at once", microseconds(clock() - begin) < 2000);
     }},
    {"timeout: without more time the thread goes on at its next replenishment",
     [] {
         prepare();
         const uint64_t begin = clock();
         start_timed(compute, 1000, 20000);
         timeout();
         const Word before = work;
         go_on();
         wait_microseconds(5000);
         expect("not before", work, before);
         timeout();
         require("it ran", work > before);
         const uint64_t elapsed = microseconds(clock() - begin);
         require("a budget after the next period began", elapsed >= 20900 && elapsed < 23000);
     }},
    {"timeout: an answer may set instruction and stack pointer",
     [] {
         prepare();
         const Worker worker = start_timed(compute, 1000, second);
         timeout();
         configure(worker, 1000, second);
         static constexpr Entry elsewhere = [](Word) {
             int here_on_the_stack = 0;
             result = reinterpret_cast<Word>(&here_on_the_stack);
             rest();
         };
         const Word stack = reinterpret_cast<Word>(worker.local) + area_size / 2 - word_bits / 8;
         succeed("answer", answer_with(FaultReply::resume,
                                       {reinterpret_cast<Word>(elsewhere), stack}));
         require("there", result != 0 && result < stack && result > stack - 512);
     }},
    {"timeout: an answer that is none is refused and the thread waits on",
     [] {
         prepare();
         const Worker worker = start_timed(compute, 1000, second);
         timeout();
         configure(worker, 1000, second);
         const Word before = work;
         expect_error("no such label", nb_send(answer, Tag(2, 0)), Error::invalid_argument);
         expect_error("nor this", nb_send(answer, Tag(99, 2), {1, 2}), Error::invalid_argument);
         expect("it waits", work, before);
         go_on();
         timeout();
         require("it ran", work > before);
         expect_error("stop", answer_with(FaultReply::stop), Error::none);
         expect_error("nobody waits any more", answer_with(FaultReply::resume), Error::no_reply);
     }},
    {"timeout: a thread that was stopped and resumed goes on where it was",
     [] {
         prepare();
         const Worker worker = start_timed(compute, 1000, second);
         timeout();
         succeed("answer", answer_with(FaultReply::stop));
         configure(worker, 1000, second);
         const Word before = work;
         wait_microseconds(2000);
         expect("stopped", work, before);
         succeed("resume", resume(worker.thread));
         timeout();
         require("it counts on", work > before);
     }},
    {"timeout: time alone does not resume a thread that waits for the answer",
     [] {
         prepare();
         const Worker worker = start_timed(compute, 500, 2000);
         timeout();
         const Word before = work;
         wait_microseconds(6000);
         configure(worker, 500, second);
         succeed("resume", resume(worker.thread));
         wait_microseconds(1000);
         expect("it waits", work, before);
         go_on();
         require("it runs", work > before);
     }},
    {"timeout: none for round robin, for a yield, or without a handler",
     [] {
         prepare();
         start_timed(compute, 500, 500, {.priority = main_priority});
         const Worker yielding = start_timed([](Word) {
             for (;;) {
                 result = result + 1;
                 yield();
             }
         }, 200, 1000);
         const Worker without = start(compute, 0, {.resume = false});
         configure(without, 200, 1000);
         succeed("resume", resume(without.thread));
         wait_microseconds(10000);
         expect("no fault", nb_recv(handler, answer).error(), Error::would_block);
         require("all ran", work > 0 && result > 1);
         expect("nor is one told", request(yielding.thread, Method::thread_info)[4], 0u);
     }},
    {"timeout: a handler that is taken away is asked no more",
     [] {
         prepare();
         const Worker worker = start_timed(compute, 200, 1000);
         timeout();
         succeed("none", request(worker.thread, Method::thread_set_timeout_handler));
         go_on();
         wait_microseconds(5000);
         expect("no fault", nb_recv(handler, answer).error(), Error::would_block);
         require("it runs in its share", work > 0);
     }},
    {"timeout: an Endpoint or Reply that goes leaves the thread suspended",
     [] {
         prepare();
         const Worker waiting = start_timed(compute, 500, second);
         timeout();
         const Worker queued = start_timed(compute, 500, second);
         wait_microseconds(1000);
         succeed("the Reply", remove(self, answer));
         succeed("copies", revoke(self, handler));
         succeed("the Endpoint", remove(self, handler));
         const Word before = work;
         for (const Worker& worker : {waiting, queued}) {
             configure(worker, 500, second);
             expect("suspended", request(worker.thread, Method::thread_info)[0], 8u);
         }
         wait_microseconds(1000);
         expect("stopped", work, before);
         work = 0; // the thread may have been stopped before its store of an old value
         succeed("resume", resume(waiting.thread));
         require("goes on", work > 0);
     }},
    {"timeout: a passive server's handler learns whose context it was, and helps it out",
     [] {
         prepare();
         static CapIndex endpoint, reply;
         endpoint = make_endpoint();
         reply = make_reply();
         const Worker server = start([](Word) {
             recv(endpoint, reply);
             for (;;) {
                 wait_microseconds(1000);
                 reply_recv(endpoint, reply, Tag(5, 0));
             }
         });
         handle(server.thread, handler);
         succeed("passive", request(server.context, Method::sched_context_unbind));
         const Worker client = start([](Word) {
             result = call(endpoint, Tag(1, 0)).label();
             rest();
         }, 0, {.resume = false});
         configure(client, 400, second);
         succeed("resume", resume(client.thread));
         for (unsigned round = 0; round < 2; ++round) {
             expect("the client's", timeout()[2], context_badge);
             expect("not answered", result, 0u);
             configure(client, 400, second);
             go_on();
         }
         // The third budget is enough for the rest, and for the client.
         expect("answered", result, 5u);
         expect("no more faults", nb_recv(handler, answer).error(), Error::would_block);
     }},
    {"timeout: a handler without a context waits for the thread's next replenishment",
     [] {
         prepare();
         const Worker helper = start([](Word) {
             recv(handler, answer);
             for (;;) {
                 result = result + 1;
                 reply_recv(handler, answer, Tag(static_cast<Word>(FaultReply::resume), 0));
             }
         });
         succeed("passive", request(helper.context, Method::sched_context_unbind));
         start_timed(compute, 500, 5000);
         wait_microseconds(3000);
         expect("not yet", result, 0u);
         wait_microseconds(5000);
         expect("at the replenishment", result, 1u);
         const Word before = work;
         wait_microseconds(10000);
         require("the thread goes on", work > before && result >= 2);
     }},
    {"timeout: a system call in which the budget ends is made again and comes to its end",
     [] {
         prepare();
         static CapIndex memory, made;
         const Worker worker = start([](Word) {
             result = 1 + static_cast<Word>(
                              retype(memory, ObjectType::frame, 21, own::cnode, made).error());
             send(handler, {});
             rest();
         }, 0, {.resume = false});
         configure(worker, 20, second);
         handle(worker.thread, handler);
         made = slots();
         memory = make(ObjectType::untyped, 21);
         succeed("resume", resume(worker.thread));
         unsigned faults = 0;
         while (recv(handler, answer).kind() == Kind::fault) {
             ++faults;
             configure(worker, 20, second);
             go_on();
         }
         note("faults", faults);
         require("in the middle of it", faults >= 2);
         expect("done", result, 1u);
         expect("a Frame", identify(made)[0], ObjectType::frame);
     }},
};

} // namespace

constinit const Chapter timeout_chapter = chapter("timeouts", tests);

} // namespace conformance
