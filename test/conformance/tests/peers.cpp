// SPDX-License-Identifier: BSD-2-Clause
// Bugs that kernels of the family have had in public, one test a class: the rule that was broken, and
// where it is told. Classes that other chapters test already are not repeated: stale Frames and
// over-mapping (map), deaths inside call chains (gone), instruction pointers that are not canonical
// (x86), registers that leak (registers).
#include "../isa/isa.hpp"
#include "chapters.hpp"

#include <cobnut/abi/methods.hpp>

namespace conformance {
namespace {

CapIndex endpoint, reply, notification;
volatile Word steps[4];

void prepare() {
    endpoint = make_endpoint();
    reply = make_reply();
    notification = make_notification();
}

/// For so long nobody of lower priority runs.
void spin(uint64_t time) {
    const uint64_t begin = clock();
    while (microseconds(clock() - begin) < time)
        continue;
}

void make_passive(const Worker& worker) {
    succeed("make it passive", request(worker.context, Method::sched_context_unbind));
}

constexpr Word code_address = place::free, data_address = place::free + 0x200000;
constexpr Word alias_address = place::free + 0x400000;

unsigned names_in(const char* list) {
    unsigned count = *list == '\0' ? 0 : 1;
    for (; *list != '\0'; ++list)
        count += *list == ',' ? 1 : 0;
    return count;
}

/// The answer has as many words as the ABI's table names.
void expect_length(Method method, const Received& answer) {
    succeed("answer", answer);
    expect("words", answer.length(), names_in(describe(method)->results));
}

constexpr Test tests[] = {
    // github.com/seL4/seL4/pull/339: the server stayed in the queue of those that wait for time.
    {"peers: who answers for a passive server that waits for time takes its caller's context back",
     [] {
         prepare();
         const Worker server = start([](Word) {
             recv(endpoint, reply);
             for (;;)
                 steps[0] = steps[0] + 1;
         });
         make_passive(server);
         const Worker client = start([](Word) {
             steps[1] = call(endpoint, {}).label();
         }, 0, {.resume = false, .budget = 1000, .period = 20000});
         resume(client.thread);
         require("the server ran", steps[0] > 0);
         const Word before = steps[0];
         send(reply, Tag(7, 0));
         spin(50000);
         expect("the client goes on", steps[1], 7u);
         expect("the server has no time", steps[0], before);
     }},
    // github.com/seL4/seL4/issues/677, 633: a context deleted while it runs out of budget.
    {"peers: a context may be deleted in any microsecond around the end of its budget",
     [] {
         prepare();
         static CapIndex context;
         static Word delay;
         const Worker worker = start([](Word) {
             for (;;) {
                 wait(notification);
                 spin(delay);
                 remove(self, context);
             }
         });
         remove(self, worker.context);
         const CapIndex part = make(ObjectType::untyped, 12);
         context = slots();
         for (delay = 60; delay < 140; delay += 2) {
             succeed("context", retype(part, ObjectType::sched_context, sched_context_min_size_bits,
                                       own::cnode, context));
             succeed("configure", configure_time(own::sched_control, context, 100, 1000));
             succeed("bind", request(context, Method::sched_context_bind, {}, {worker.thread}));
             signal(notification);
             spin(2500);
             require("deleted", is_empty(context));
             succeed("whole again", revoke(self, part));
         }
     }},
    // github.com/seL4/seL4/pull/313: threads in queues got contexts that could not run.
    {"peers: a blocked thread that is given a context runs with it when it is woken",
     [] {
         prepare();
         const Worker worker = start([](Word) {
             steps[0] = recv(endpoint, reply).label();
             steps[1] = steps[1] + 1;
         });
         make_passive(worker);
         send(endpoint, Tag(3, 0));
         expect("without time it does not run", steps[0], 0u);
         succeed("empty context, long period",
                 configure_time(own::sched_control, worker.context, 1000, 100000));
         succeed("bind", request(worker.context, Method::sched_context_bind, {}, {worker.thread}));
         expect("woken with time", steps[0], 3u);
         expect("to the end", steps[1], 1u);
     }},
    // github.com/seL4/seL4/issues/1617: it never ran again.
    {"peers: a thread that lost its context with a signal pending takes it when it has time again",
     [] {
         prepare();
         const Worker worker = start([](Word) {
             steps[0] = wait(endpoint).badge;
             steps[1] = 1;
         }, 0, {.resume = false});
         succeed("bound", request(worker.thread, Method::thread_bind_notification, {},
                                  {notification}));
         make_passive(worker);
         signal(minted(notification, Rights::all(), 64));
         resume(worker.thread);
         expect("no time", steps[1], 0u);
         succeed("bind", request(worker.context, Method::sched_context_bind, {}, {worker.thread}));
         expect("the signal", steps[0], 64u);
     }},
    // seL4 CHANGES.md 13.0.0: cleared memory was cleaned to the point of unification only.
    {"peers: memory that was cleared is clear for an uncached mapping too",
     [] {
         const CapIndex part = make(ObjectType::untyped, 12);
         const CapIndex frame = slots();
         for (unsigned round = 0; round < 4; ++round) {
             succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, frame));
             succeed("uncached", map(frame, place::free, Rights::read_write(),
                                     static_cast<Word>(MemoryType::uncached) |
                                         MapAttributes::execute_never));
             for (Word offset = 0; offset < 4096; offset += sizeof(Word))
                 expect("clear", at<Word>(place::free + offset), 0u);
             succeed("unmap", request(frame, Method::frame_unmap));
             succeed("cached", map(frame, place::free));
             for (Word offset = 0; offset < 4096; offset += sizeof(Word))
                 at<Word>(place::free + offset) = ~offset;
             succeed("revoke", revoke(self, part));
         }
     }},
    // github.com/seL4/seL4/pull/107: the translation was invalidated for the running space only.
    {"peers: what is unmapped from an address space that does not run is gone when it runs",
     [] {
         prepare();
         const CapIndex space = make(ObjectType::vspace), code = make_frame();
         succeed("see the code", map(copied(code), alias_address));
         for (size_t index = 0; index < isa::increment_size; ++index)
             at<unsigned char>(alias_address + index) = isa::increment_code[index];
         succeed("code", map(code, code_address, Rights::read_only(), 0, space));
         succeed("data", map(make_frame(), data_address, Rights::read_write(),
                             MapAttributes::execute_never, space));
         const Worker worker = start(nullptr, 0, {.resume = false, .with_buffer = false,
                                                  .fault_handler = endpoint, .space = space});
         const auto run = [&] {
             succeed("start", request(worker.thread, Method::thread_write_registers,
                                      {1, 0, 2, code_address, data_address + 2048}));
             const Received got = nb_recv(endpoint, reply);
             expect("it ends in a fault", got.kind(), Kind::fault);
             const Word ip = got[0];
             send(reply, Tag(static_cast<Word>(FaultReply::stop), 0));
             return ip;
         };
         require("the code is executed and returns to nowhere", run() != code_address);
         succeed("unmap", request(code, Method::frame_unmap));
         expect("nothing to execute", run(), code_address);
     }},
    // seL4 CHANGES.md 13.0.0: several methods clobbered the register of the message's length.
    {"peers: an answer has the words that the reference names, no more and no less",
     [] {
         const CapIndex frame = make_frame();
         expect_length(Method::untyped_query, request(own::untyped, Method::untyped_query));
         expect_length(Method::cnode_identify, identify(frame));
         expect_length(Method::frame_address, request(frame, Method::frame_address));
         expect_length(Method::sched_context_consumed,
                       request(own::context, Method::sched_context_consumed));
         expect_length(Method::frame_unmap, request(frame, Method::frame_unmap));
     }},
    // seL4 CHANGES.md 12.1.0: exceptions were interpreted as system calls.
    {"peers: an exception is no system call, whatever the registers hold",
     [] {
         prepare();
         const Worker worker = start(nullptr, 0, {.resume = false, .fault_handler = endpoint});
         static constexpr Entry undefined = [](Word) { isa::undefined_instruction(); };
         for (Word value = 0; value < syscall_count + 2; ++value) {
             for (Word first = 2; first < 16; ++first)
                 (void)request(worker.thread, Method::thread_write_registers,
                               {0, first, 1, value});
             succeed("start", request(worker.thread, Method::thread_write_registers,
                                      {1, 0, 2, reinterpret_cast<Word>(undefined),
                                       areas[1].top()}));
             const Received got = nb_recv(endpoint, reply);
             expect("a fault", got.kind(), Kind::fault);
             expect("an exception", got.label(), FaultType::user_exception);
             send(reply, Tag(static_cast<Word>(FaultReply::stop), 0));
         }
     }},
    // A second unmap by an old capability: seL4 issues 1281 and 967 on stale mapping records.
    {"peers: unmapping twice leaves what was mapped there in between",
     [] {
         const CapIndex one = make_frame(), two = make_frame();
         succeed("map", map(one, place::free));
         succeed("unmap", request(one, Method::frame_unmap));
         succeed("map another", map(two, place::free));
         at<Word>(place::free) = 5;
         (void)request(one, Method::frame_unmap);
         expect("it stays", at<Word>(place::free), 5u);
         succeed("delete", remove(self, one));
         expect("it stays", at<Word>(place::free), 5u);
     }},
    {"peers: unmapping a table twice leaves the one that took its place",
     [] {
         const CapIndex frame = make_frame();
         CapIndex old_table = 0;
         while (map_frame(frame, own::space, place::free, Rights::read_write()).error() ==
                Error::missing_table) {
             old_table = make(ObjectType::page_table);
             succeed("table",
                     request(old_table, Method::page_table_map, {place::free}, {own::space}));
         }
         succeed("unmap", request(frame, Method::frame_unmap));
         succeed("unmap its table", request(old_table, Method::page_table_unmap));
         succeed("again, with another table", map(frame, place::free));
         at<Word>(place::free) = 6;
         (void)request(old_table, Method::page_table_unmap);
         succeed("delete", remove(self, old_table));
         expect("it stays", at<Word>(place::free), 6u);
     }},
    // Threads that wait for time and are changed meanwhile: seL4 issues 138 and 692.
    {"peers: a thread that waits for time gets none by a change of its priority",
     [] {
         const Worker worker = start([](Word) {
             for (;;)
                 steps[0] = steps[0] + 1;
         }, 0, {.budget = 1000, .period = 100000});
         const Word before = steps[0];
         for (const Word priority : {Word{150}, Word{50}, Word{180}}) {
             succeed("set", request(worker.thread, Method::thread_set_priority,
                                    {priority, priority}, {own::thread}));
             succeed("suspend", suspend(worker.thread));
             succeed("resume", resume(worker.thread));
         }
         spin(5000);
         expect("no step", steps[0], before);
         spin(100000);
         require("in its next period", steps[0] > before);
     }},
    {"peers: a context that is configured while its thread waits for time gives it the new budget",
     [] {
         const Worker worker = start([](Word) {
             for (;;)
                 steps[0] = steps[0] + 1;
         }, 0, {.budget = 1000, .period = 500000});
         const Word before = steps[0];
         succeed("more", configure_time(own::sched_control, worker.context, 2000, 400000));
         spin(3000);
         require("at once", steps[0] > before);
         const Word then = steps[0];
         spin(10000);
         expect("and no more", steps[0], then);
     }},
    {"peers: a caller whose budget the server used up goes on in its next period",
     [] {
         prepare();
         const Worker server = start([](Word) {
             recv(endpoint, reply);
             spin(1500);
             reply_recv(endpoint, reply, Tag(1, 0));
         });
         make_passive(server);
         static uint64_t begin, took;
         const Worker client = start([](Word) {
             begin = clock();
             call(endpoint, {});
             took = microseconds(clock() - begin);
             steps[0] = 1;
         }, 0, {.resume = false, .budget = 1000, .period = 20000});
         resume(client.thread);
         expect("no time yet", steps[0], 0u);
         spin(60000);
         expect("answered", steps[0], 1u);
         require("not before its second period", took >= 19000);
     }},
    // genode issue 5719: a thread's registers were saved as the idle thread's.
    {"peers: a thread's registers survive the time in which nothing runs",
     [] {
         prepare();
         static Word changed;
         const Worker waker = start([](Word) {
             for (unsigned round = 0; round < 5; ++round) {
                 yield(); // The rest of its period nobody runs.
                 signal(notification);
             }
         }, 0, {.resume = false, .budget = 100, .period = 2000});
         start([](Word) {
             for (Word round = 0; round < 5; ++round) {
                 wait(notification);
                 changed += isa::changed_callee_saved(round * 0x1357, own::report + 900);
                 steps[0] = steps[0] + 1;
             }
         });
         resume(waker.thread);
         const CapIndex over = make_notification();
         static CapIndex done;
         done = over;
         start([](Word) {
             while (steps[0] < 5)
                 yield();
             signal(done);
         }, 0, {.priority = main_priority - 1, .budget = 100, .period = 5000});
         wait(over);
         expect("rounds", steps[0], 5u);
         expect("changed", changed, 0u);
         refusals_unseen(5, "calls through an empty slot, made in assembler");
     }},
};

} // namespace

constinit const Chapter peers_chapter = chapter("bugs of peers", tests);

} // namespace conformance
