// SPDX-License-Identifier: BSD-2-Clause
// Breakpoints, watchpoints, single step.
#include "../isa/isa.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex handler, answer;
volatile Word count;
alignas(64) volatile Word data[8];

[[gnu::noinline]] void first_spot() {
    asm volatile("" ::: "memory");
    count = count + 1;
}
[[gnu::noinline]] void second_spot() {
    asm volatile("" ::: "memory");
    count = count + 100;
}

template <class Function>
Word address_of(Function* function) {
    return reinterpret_cast<Word>(function);
}
Word address_of_data(unsigned index) {
    return reinterpret_cast<Word>(&data[index]);
}

Received set(CapIndex thread, Word number, BreakpointKind kind, Word address = 0, Word size = 0) {
    return request(thread, Method::thread_set_breakpoint,
                   {number, static_cast<Word>(kind), address, size});
}
Received remove_breakpoint(CapIndex thread, Word number) {
    return set(thread, number, BreakpointKind::none);
}

/// A thread that does not run yet.
Worker prepare(Entry entry, Word argument = 0) {
    handler = make_endpoint();
    answer = make_reply();
    count = 0;
    return start(entry, argument, {.resume = false, .fault_handler = handler});
}

void need(const Received& set, const char* what) {
    if (set.error() == Error::not_supported)
        skip(what);
    succeed("set", set);
}
void need_breakpoint(CapIndex thread, Word number, Word address) {
    need(set(thread, number, BreakpointKind::execute, address), "no breakpoints");
}
void need_watchpoint(CapIndex thread, Word number, BreakpointKind kind, Word address, Word size) {
    need(set(thread, number, kind, address, size), "no such watchpoints");
}
void need_step(CapIndex thread) {
    need(request(thread, Method::thread_set_single_step, {1}), "no single step");
}

Received stopped(DebugReason reason, Location location = here()) {
    const Received got = nb_recv(handler, answer);
    expect("kind", got.kind(), Kind::fault, location);
    expect("label", got.label(), FaultType::debug, location);
    expect("length", got.length(), fault_words, location);
    expect("reason", got[2], reason, location);
    return got;
}
void go_on() {
    send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
}

constexpr Entry both_spots = [](Word) {
    first_spot();
    second_spot();
    first_spot();
};

constexpr Test tests[] = {
    {"debug: a breakpoint stops the thread before its instruction",
     [] {
         const Worker worker = prepare(both_spots);
         need_breakpoint(worker.thread, 0, address_of(second_spot));
         succeed("resume", resume(worker.thread));
         const Received got = stopped(DebugReason::breakpoint);
         expect("instruction", got[0], address_of(second_spot));
         expect("address", got[3], address_of(second_spot));
         expect("number", got[4], 0u);
         expect("before it", count, 1u);
         succeed("remove", remove_breakpoint(worker.thread, 0));
         go_on();
         expect("all", count, 102u);
     }},
    {"debug: a breakpoint that stays hits again",
     [] {
         const Worker worker = prepare(both_spots);
         need_breakpoint(worker.thread, 1, address_of(second_spot));
         succeed("resume", resume(worker.thread));
         for (unsigned round = 0; round < 3; ++round) {
             expect("number", stopped(DebugReason::breakpoint)[4], 1u);
             go_on();
         }
         expect("before it", count, 1u);
     }},
    {"debug: a thread goes on over a breakpoint by another one behind it",
     [] {
         const Worker worker = prepare(both_spots);
         need_breakpoint(worker.thread, 0, address_of(first_spot));
         succeed("resume", resume(worker.thread));
         stopped(DebugReason::breakpoint);
         succeed("remove", remove_breakpoint(worker.thread, 0));
         need_breakpoint(worker.thread, 1, address_of(second_spot));
         go_on();
         expect("the other", stopped(DebugReason::breakpoint)[0], address_of(second_spot));
         expect("once", count, 1u);
         need_breakpoint(worker.thread, 0, address_of(first_spot));
         succeed("remove", remove_breakpoint(worker.thread, 1));
         go_on();
         expect("again", stopped(DebugReason::breakpoint)[0], address_of(first_spot));
         expect("between", count, 101u);
     }},
    {"debug: a thread goes on over a breakpoint by a single step",
     [] {
         const Worker worker = prepare(both_spots);
         need_breakpoint(worker.thread, 0, address_of(first_spot));
         succeed("resume", resume(worker.thread));
         for (unsigned round = 0; round < 2; ++round) {
             expect("at", stopped(DebugReason::breakpoint)[0], address_of(first_spot));
             succeed("remove", remove_breakpoint(worker.thread, 0));
             need_step(worker.thread);
             go_on();
             const Received got = stopped(DebugReason::single_step);
             require("one on", got[0] > address_of(first_spot) &&
                                   got[0] <= address_of(first_spot) + 16);
             need_breakpoint(worker.thread, 0, address_of(first_spot));
             succeed("no steps", request(worker.thread, Method::thread_set_single_step, {0}));
             go_on();
             expect("spots", count, round == 0 ? 101u : 102u);
         }
     }},
    {"debug: a watchpoint tells of a store, and of no load",
     [] {
         const Worker worker = prepare([](Word) {
             count = data[2];
             data[3] = 5;
             data[2] = 7;
             count = 9;
         });
         data[2] = 3;
         need_watchpoint(worker.thread, 0, BreakpointKind::write, address_of_data(2), sizeof(Word));
         succeed("resume", resume(worker.thread));
         const Received got = stopped(DebugReason::watchpoint);
         expect("address", got[3], address_of_data(2));
         expect("number", got[4], 0u);
         expect("after the load", count, 3u);
         expect("after the neighbour", data[3], 5u);
         succeed("remove", remove_breakpoint(worker.thread, 0));
         go_on();
         expect("done", data[2], 7u);
         expect("goes on", count, 9u);
     }},
    {"debug: a watchpoint tells of a load where the CPU can, and of no store",
     [] {
         const Worker worker = prepare([](Word) {
             data[2] = 7;
             count = 1;
             count = data[2];
         });
         need_watchpoint(worker.thread, 0, BreakpointKind::read, address_of_data(2), sizeof(Word));
         succeed("resume", resume(worker.thread));
         expect("address", stopped(DebugReason::watchpoint)[3], address_of_data(2));
         expect("after the store", count, 1u);
         succeed("remove", remove_breakpoint(worker.thread, 0));
         go_on();
         expect("goes on", count, 7u);
     }},
    {"debug: a watchpoint of accesses tells of both",
     [] {
         const Worker worker = prepare([](Word) {
             data[1] = 1;
             count = 1;
             count = data[1] + 1;
         });
         need_watchpoint(worker.thread, 1, BreakpointKind::access, address_of_data(1), 4);
         succeed("resume", resume(worker.thread));
         stopped(DebugReason::watchpoint);
         succeed("remove", remove_breakpoint(worker.thread, 1));
         need_breakpoint(worker.thread, 0, address_of(second_spot)); // never reached
         go_on();
         expect("goes on", count, 2u);
         const Worker loads = prepare([](Word) { count = data[1] + 5; });
         need_watchpoint(loads.thread, 0, BreakpointKind::access, address_of_data(1), 4);
         succeed("resume", resume(loads.thread));
         stopped(DebugReason::watchpoint);
     }},
    {"debug: a single step is one instruction, until it is switched off",
     [] {
         const Worker worker = prepare([](Word) {
             asm volatile("nop\n\tnop\n\tnop\n\tnop");
             count = 1;
         });
         need_step(worker.thread);
         succeed("resume", resume(worker.thread));
         Word before = 0;
         for (unsigned round = 0; round < 5; ++round) {
             const Received got = stopped(DebugReason::single_step);
             expect("address", got[3], got[0]);
             require("somewhere else", got[0] != before);
             before = got[0];
             expect("not yet", count, 0u);
             go_on();
         }
         unsigned steps = 5;
         while (count == 0 && steps < 1000) {
             stopped(DebugReason::single_step);
             go_on();
             ++steps;
         }
         require("in the end", count == 1);
         stopped(DebugReason::single_step);
         succeed("off", request(worker.thread, Method::thread_set_single_step, {0}));
         go_on();
         yield();
         expect("no more", nb_recv(handler, answer).kind(), Kind::none);
     }},
    {"debug: a thread is stepped over a system call, which does what it should",
     [] {
         static CapIndex notification;
         notification = make_notification();
         const Worker worker = prepare([](Word) {
             signal(notification);
             count = 1;
         });
         need_step(worker.thread);
         succeed("resume", resume(worker.thread));
         bool signalled = false;
         for (unsigned steps = 0; steps < 2000 && count == 0; ++steps) {
             stopped(DebugReason::single_step);
             signalled = signalled || nb_wait(notification).kind() == Kind::signal;
             go_on();
         }
         require("signalled", signalled);
         expect("behind it", count, 1u);
     }},
    {"debug: breakpoints are the thread's alone, over all switches",
     [] {
         const Worker worker = prepare(both_spots);
         need_breakpoint(worker.thread, 0, address_of(second_spot));
         const Worker other = start(both_spots, 0, {.resume = false, .fault_handler = handler});
         need_breakpoint(other.thread, 0, address_of(first_spot));
         succeed("resume", resume(worker.thread));
         stopped(DebugReason::breakpoint);
         first_spot(); // we have none
         second_spot();
         expect("ours", count, 102u);
         const CapIndex second_answer = make_reply();
         succeed("resume", resume(other.thread));
         const Received got = nb_recv(handler, second_answer);
         expect("label", got.label(), FaultType::debug);
         expect("the other's", got[0], address_of(first_spot));
         const Worker none = start(both_spots, 0, {.fault_handler = handler});
         (void)none;
         expect("a third has none", count, 204u);
     }},
    {"debug: threads with breakpoints call and answer one another",
     [] {
         static CapIndex endpoint, reply;
         endpoint = make_endpoint();
         reply = make_reply();
         const Worker server = prepare([](Word) {
             Received got = recv(endpoint, reply);
             for (;;)
                 got = reply_recv(endpoint, reply, Tag(0, 3), {got[0] + 1, got[1] + 2, got[2] + 3});
         });
         const Worker client = start([](Word) {
             for (Word round = 0; round < 50; ++round) {
                 const Received got = call(endpoint, Tag(0, 3), {round, round, round});
                 if (got[0] != round + 1 || got[1] != round + 2 || got[2] != round + 3)
                     count = count + 1000;
                 count = count + 1;
             }
         }, 0, {.resume = false, .fault_handler = handler});
         need_breakpoint(server.thread, 0, address_of(first_spot));
         need_breakpoint(client.thread, 0, address_of(second_spot));
         succeed("resume", resume(server.thread));
         succeed("resume", resume(client.thread));
         expect("rounds", count, 50u);
     }},
    {"debug: addresses of the kernel are refused",
     [] {
         const Worker worker = prepare(both_spots);
         for (const Word address : {Word{0} - 4096, Word{1} << (word_bits - 1)})
             for (const BreakpointKind kind : {BreakpointKind::execute, BreakpointKind::write})
                 expect_error("set", set(worker.thread, 0, kind, address,
                                         kind == BreakpointKind::execute ? 0 : 4),
                              Error::out_of_range);
     }},
    {"debug: number, kind, size and alignment are checked",
     [] {
         const Worker worker = prepare(both_spots);
         expect_error("number", set(worker.thread, breakpoint_count, BreakpointKind::none),
                      Error::out_of_range);
         expect_error("kind", set(worker.thread, 0, static_cast<BreakpointKind>(5)),
                      Error::invalid_argument);
         for (const Word size : {Word{0}, Word{3}, Word{16}})
             expect_error("size", set(worker.thread, 0, BreakpointKind::write, address_of_data(0),
                                      size),
                          Error::invalid_argument);
         expect_error("size", set(worker.thread, 0, BreakpointKind::execute,
                                  address_of(first_spot), 4),
                      Error::invalid_argument);
         expect_error("alignment", set(worker.thread, 0, BreakpointKind::write,
                                       address_of_data(0) + 2, 4),
                      Error::misaligned);
         expect_error("step", request(worker.thread, Method::thread_set_single_step, {2}),
                      Error::invalid_argument);
         expect_error("get", request(worker.thread, Method::thread_get_breakpoint,
                                     {breakpoint_count}),
                      Error::out_of_range);
     }},
    {"debug: numbers that the CPU lacks are not_supported",
     [] {
         const Worker worker = prepare(both_spots);
         for (const BreakpointKind kind : {BreakpointKind::execute, BreakpointKind::write,
                                           BreakpointKind::read, BreakpointKind::access}) {
             const bool watches = kind != BreakpointKind::execute;
             const Word address = watches ? address_of_data(0) : address_of(first_spot);
             bool lacks = false;
             for (Word number = 0; number < breakpoint_count; ++number) {
                 const Received got = set(worker.thread, number, kind, address, watches ? 4 : 0);
                 lacks = lacks || got.error() == Error::not_supported;
                 expect("those before it are there", got.error(),
                        lacks ? Error::not_supported : Error::none);
                 (void)remove_breakpoint(worker.thread, number);
             }
         }
         const Received step = request(worker.thread, Method::thread_set_single_step, {1});
         expect("step", step.error(), step.error() == Error::none ? Error::none
                                                                  : Error::not_supported);
     }},
    {"debug: what was set is told",
     [] {
         const Worker worker = prepare(both_spots);
         need_watchpoint(worker.thread, 1, BreakpointKind::write, address_of_data(0), 4);
         Received got = request(worker.thread, Method::thread_get_breakpoint, {1});
         succeed("get", got);
         expect("kind", got[0], BreakpointKind::write);
         expect("address", got[1], address_of_data(0));
         expect("size", got[2], 4u);
         succeed("remove", remove_breakpoint(worker.thread, 1));
         got = request(worker.thread, Method::thread_get_breakpoint, {1});
         expect("none", got[0], BreakpointKind::none);
     }},
    {"debug: the breakpoint instruction is a debug fault and can be skipped",
     [] {
         const Worker worker = prepare([](Word) {
             isa::breakpoint_instruction();
             count = 1;
         });
         succeed("resume", resume(worker.thread));
         const Received got = stopped(DebugReason::instruction);
         const Word code = address_of(isa::breakpoint_instruction);
         require("instruction", got[3] >= code && got[3] < code + 32);
         expect("no number", got[4], breakpoint_count);
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 1),
              {got[0] + isa::breakpoint_size});
         expect("behind it", count, 1u);
     }},
    {"debug: a thread with breakpoints that is deleted leaves none behind",
     [] {
         const Worker worker = prepare(both_spots);
         need_breakpoint(worker.thread, 0, address_of(first_spot));
         succeed("resume", resume(worker.thread));
         stopped(DebugReason::breakpoint);
         succeed("delete", remove(self, worker.thread));
         first_spot();
         start(both_spots);
         expect("ours and the other's", count, 103u);
     }},
};

} // namespace

constinit const Chapter debug_chapter = chapter("debug", tests);

} // namespace conformance
