// SPDX-License-Identifier: BSD-2-Clause
// Time partitions: slots, pads, and what crosses them. The harness and each test's first thread are in
// partition 0. Exact only where virtual time follows instructions.
#include "chapters.hpp"

namespace conformance {
namespace {

constexpr Word slot_us = 3000, pad_us = 200;
volatile Word result;
CapIndex object, answer;

Received set_schedule(Words words) {
    return request(own::sched_control, Method::sched_control_set_schedule, words);
}

/// Partitions 0 and 1 in turn.
void alternate() {
    succeed("schedule", set_schedule({pad_us, 2, 0, slot_us, 1, slot_us}));
}
void stop() {
    succeed("no schedule", set_schedule({0, 0}));
}

void set_partition(CapIndex thread, Word partition, Location location = here()) {
    succeed("set_partition",
            request(own::sched_control, Method::sched_control_set_partition, {partition}, {thread}),
            location);
}

void compute(Word) {
    for (;;)
        result = result + 1;
}

Worker start_in(Word partition, Entry entry, Options options = {}) {
    options.resume = false;
    const Worker worker = start(entry, 0, options);
    set_partition(worker.thread, partition);
    resume(worker.thread);
    return worker;
}

constexpr Test tests[] = {
    {"partition: without a schedule only partition 0 runs",
     [] {
         result = 0;
         const Worker worker = start_in(1, [](Word) { result = 1; });
         for (unsigned round = 0; round < 100; ++round)
             yield();
         expect("not run", result, 0u);
         set_partition(worker.thread, 0);
         expect("in partition 0", result, 1u);
     }},
    {"partition: a thread of any priority runs in slots of its partition only",
     [] {
         result = 0;
         start_in(1, compute, {.priority = max_priority});
         alternate();
         // Each look at the result lies between two looks at the clock.
         uint64_t before = clock();
         Word seen = result;
         uint64_t behind = clock();
         unsigned slots = 0;
         for (const uint64_t begin = before;
              microseconds(behind - begin) < 10 * (slot_us + pad_us);) {
             const uint64_t now = clock();
             const Word value = result;
             const uint64_t then = clock();
             if (value != seen) {
                 require("a whole slot and two pads were away",
                         microseconds(then - before) >= slot_us + 2 * pad_us - 10);
                 require("and no more",
                         microseconds(now - behind) <= slot_us + 2 * pad_us + 200);
                 ++slots;
             } else {
                 require("nobody else in our slot", microseconds(now - behind) < slot_us);
             }
             seen = value;
             before = now;
             behind = then;
         }
         stop();
         require("slots", slots >= 4 && slots <= 6);
     }},
    {"partition: nobody runs in the pad between two slots of one partition",
     [] {
         succeed("schedule", set_schedule({500, 2, 0, slot_us, 0, slot_us}));
         uint64_t last = clock();
         unsigned pads = 0;
         for (const uint64_t begin = last; microseconds(last - begin) < 20000;) {
             const uint64_t now = clock();
             if (microseconds(now - last) > 400) {
                 require("the pad", microseconds(now - last) >= 495);
                 ++pads;
             }
             last = now;
         }
         stop();
         require("one every slot", pads >= 5 && pads <= 7);
     }},
    {"partition: a new schedule begins with its pad",
     [] {
         const uint64_t before = clock();
         succeed("schedule", set_schedule({900, 1, 0, slot_us}));
         const uint64_t behind = clock();
         stop();
         require("the pad", microseconds(behind - before) >= 895);
     }},
    {"partition: a call waits for the server's slot, on the caller's context, and comes back",
     [] {
         object = make_endpoint();
         answer = make_reply();
         const Worker server = start([](Word) {
             Received got = recv(object, answer);
             for (;;)
                 got = reply_recv(object, answer, Tag(got.label() + 1, 0));
         });
         succeed("passive", request(server.context, Method::sched_context_unbind));
         set_partition(server.thread, 1);
         alternate();
         const uint64_t begin = clock();
         for (Word round = 0; round < 3; ++round)
             expect("served", call(object, Tag(round, 0)).label(), round + 1);
         const uint64_t elapsed = microseconds(clock() - begin);
         stop();
         require("a slot of each partition a call", elapsed >= 5 * (slot_us + pad_us));
     }},
    {"partition: a signal wakes a thread of another partition in its slot",
     [] {
         object = make_notification();
         result = 0;
         static volatile uint64_t woken;
         const Worker waiter = start([](Word) {
             wait(object);
             woken = clock();
             result = 1;
             rest();
         });
         set_partition(waiter.thread, 1);
         alternate();
         const uint64_t begin = clock();
         signal(object);
         expect("not at once", result, 0u);
         while (result == 0 && microseconds(clock() - begin) < 20000)
             continue;
         stop();
         expect("woken", result, 1u);
         require("behind our slot and a pad", microseconds(woken - begin) >= slot_us + pad_us - 300);
     }},
    {"partition: a thread that is moved while it is ready runs where it is now",
     [] {
         result = 0;
         const Worker worker = start_in(1, compute);
         alternate();
         while (result == 0)
             continue;
         set_partition(worker.thread, 2);
         const Word before = result;
         const uint64_t begin = clock();
         while (microseconds(clock() - begin) < 15000)
             continue;
         stop();
         expect("no slot", result, before);
     }},
    {"partition: errors of set_schedule and set_partition",
     [] {
         const auto schedule = [](Words words) { return set_schedule(words).error(); };
         expect("partition", schedule({pad_us, 1, partition_count, 1000}), Error::out_of_range);
         expect("slots", schedule({pad_us, partition_slot_count + 1, 0, 1000}),
                Error::out_of_range);
         expect("pad", schedule({1, 1, 0, 1000}), Error::time_out_of_range);
         expect("length", schedule({pad_us, 1, 0, 1}), Error::time_out_of_range);
         expect("words", schedule({pad_us, 2, 0, 1000}), Error::truncated_message);
         expect_error("partition",
                      request(own::sched_control, Method::sched_control_set_partition,
                              {partition_count}, {own::thread}),
                      Error::out_of_range);
         expect_error("no thread",
                      request(own::sched_control, Method::sched_control_set_partition, {0},
                              {own::cnode}),
                      Error::invalid_capability);
     }},
};

} // namespace

constinit const Chapter partition_chapter = chapter("time partitions", tests);

} // namespace conformance
