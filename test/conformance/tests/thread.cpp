// SPDX-License-Identifier: BSD-2-Clause
// Registers of threads: read, written, preserved, cleared; FP/SIMD; IPC buffer and flags.
#include "../isa/isa.hpp"
#include "../isa/register_file.hpp"
#include "chapters.hpp"

#include <arch/machine.hpp>

namespace conformance {
namespace {

volatile Word result[4];

const BootInfo& info() {
    return *reinterpret_cast<const BootInfo*>(place::boot_info);
}

constexpr Test tests[] = {
    {"registers: callee-saved ones are preserved over a system call",
     [] {
         const CapIndex notification = make_notification();
         for (Word round = 0; round < 4; ++round)
             expect("changed", isa::changed_callee_saved(round * 0x1234567, notification), 0u);
     }},
    {"registers: callee-saved ones are preserved over a system call that switches threads",
     [] {
         static CapIndex notification;
         notification = make_notification();
         start([](Word) {
             for (;;) {
                 wait(notification);
                 result[0] = result[0] + isa::changed_callee_saved(0x77, own::report + 900);
             }
         });
         result[0] = 0;
         for (Word round = 0; round < 4; ++round)
             expect("changed", isa::changed_callee_saved(round * 0x7654321, notification), 0u);
         expect("changed there", result[0], 0u);
         refusals_unseen(4, "the partner's calls through an empty slot, made in assembler");
     }},
    {"registers: caller-saved ones without a result are cleared by a system call",
     [] {
         expect("not cleared", isa::uncleared(0x5a5a5a, make_notification()), 0u);
         expect("not cleared after a failure", isa::uncleared(0x5a5a5a, slots()), 0u);
         refusals_unseen(1, "that failure's");
     }},
    {"registers: all of them survive preemption",
     [] {
         for (Word number = 1; number <= 2; ++number)
             start([](Word which) {
                 result[which] = 1000;
                 for (unsigned round = 0; round < 8; ++round) {
                     const Word changed = isa::changed_while_spinning(which * 0x10101, 60000);
                     result[which] = changed;
                     if (changed != 0)
                         break;
                 }
                 result[which] = result[which] + 500;
             }, number, {.priority = main_priority, .budget = 100, .period = 100});
         const uint64_t begin = clock();
         while ((result[1] != 500 || result[2] != 500) &&
                microseconds(clock() - begin) < 1000000)
             yield();
         expect("first", result[1], 500u);
         expect("second", result[2], 500u);
     }},
    {"atomics: two threads that preempt each other count right",
     [] {
         static Word count;
         count = 0;
         for (Word number = 1; number <= 2; ++number)
             start([](Word which) {
                 for (unsigned round = 0; round < 20000; ++round) {
                     Word seen = __atomic_load_n(&count, __ATOMIC_RELAXED);
                     while (!__atomic_compare_exchange_n(&count, &seen, seen + 1, true,
                                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                         continue;
                 }
                 result[which] = 1;
             }, number, {.priority = main_priority, .budget = 50, .period = 50});
         const uint64_t begin = clock();
         while ((result[1] == 0 || result[2] == 0) && microseconds(clock() - begin) < 1000000)
             yield();
         expect("count", __atomic_load_n(&count, __ATOMIC_RELAXED), 40000u);
     }},
    {"registers: what was written is read again",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         succeed("write", request(worker.thread, Method::thread_write_registers,
                                  {0, 0, 2, 0x400000, 0x500000}));
         const Received got = request(worker.thread, Method::thread_read_registers, {0, 0, 2});
         succeed("read", got);
         expect("ip", got[1], 0x400000u);
         expect("sp", got[2], 0x500000u);
         expect("held", got[0] & 3, 3u);
     }},
    {"registers: arguments of a new thread are written",
     [] {
         result[0] = 0;
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         static constexpr Entry entry = [](Word argument) {
             result[0] = argument;
             rest();
         };
         succeed("ip", request(worker.thread, Method::thread_write_registers,
                               {0, 0, 1, reinterpret_cast<Word>(entry)}));
         succeed("argument", request(worker.thread, Method::thread_write_registers,
                                     {1, arch::argument_register[0], 1, 4711}));
         expect("argument", result[0], 4711u);
     }},
    {"registers: of a blocked thread those that are not held read 0",
     [] {
         static CapIndex notification;
         notification = make_notification();
         const Worker worker = start([](Word) { wait(notification); });
         const Received got = request(worker.thread, Method::thread_read_registers, {0, 0, 12});
         succeed("read", got);
         require("ip and sp are held", (got[0] & 3) == 3);
         for (unsigned index = 0; index < 12; ++index)
             if ((got[0] >> index & 1) == 0)
                 expect("not held", got[index + 1], 0u);
     }},
    {"registers: writing one of a thread that waits to send leaves its message as it is",
     [] {
         static CapIndex endpoint;
         endpoint = make_endpoint();
         const Worker worker = start([](Word) { send(endpoint, Tag(7, 3), {11, 22, 33}); });
         succeed("write", request(worker.thread, Method::thread_write_registers,
                                  {0, arch::thread_register, 1, 4711}));
         const Received got = wait(endpoint);
         expect("label", got.tag.label(), 7u);
         for (unsigned index = 0; index < 3; ++index)
             expect("word", got[index], 11u * (index + 1));
     }},
    {"registers: numbers out of range and the caller itself are refused",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         expect_error("first", request(worker.thread, Method::thread_read_registers, {0, 1000, 1}),
                      Error::out_of_range);
         expect_error("count",
                      request(worker.thread, Method::thread_read_registers, {0, 0, ~Word{0}}),
                      Error::out_of_range);
         expect_error("itself", request(own::thread, Method::thread_read_registers, {0, 0, 1}),
                      Error::illegal_operation);
         expect_error("too few words",
                      request(worker.thread, Method::thread_write_registers, {0, 0, 4, 1}),
                      Error::truncated_message);
     }},
    {"registers: privileged flags cannot be written",
     [] {
         result[0] = 0;
         const Worker worker = start([](Word) { result[0] = 1; }, 0, {.resume = false});
         const Received answer =
             request(worker.thread, Method::thread_write_registers, {0, 2, 1, ~Word{0}});
         note("error", static_cast<Word>(answer.error()));
         succeed("flags", request(worker.thread, Method::thread_write_registers, {0, 2, 1, 0}));
         succeed("resume", resume(worker.thread));
         expect("it runs at user level", result[0], 1u);
     }},
    {"registers: an impossible instruction pointer faults at user level or is refused",
     [] {
         for (const Word address : {~Word{0} - 4095, Word{1} << (word_bits - 1), Word{0x1000}}) {
             const CapIndex handler = make_endpoint();
             const Worker worker =
                 start([](Word) {}, 0, {.resume = false, .fault_handler = handler});
             const Received answer =
                 request(worker.thread, Method::thread_write_registers, {1, 0, 1, address});
             if (answer.error() != Error::none)
                 continue;
             expect("a fault", nb_recv(handler, make_reply()).kind(), Kind::fault);
         }
     }},
    {"fpu: registers are preserved over a system call",
     [] {
         if (info().fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         result[0] = 1000;
         static CapIndex notification;
         notification = make_notification();
         start([](Word) {
             isa::fill_fpu(0x1111);
             signal(notification);
             yield();
             result[0] = isa::changed_fpu(0x1111);
         }, 0, {.fpu = true});
         expect("changed", result[0], 0u);
     }},
    {"fpu: two threads keep their own registers",
     [] {
         if (info().fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         for (Word number = 1; number <= 2; ++number)
             start([](Word which) {
                 Word changed = 0;
                 for (unsigned round = 0; round < 20; ++round) {
                     isa::fill_fpu(which * 0x100000 + round * 100);
                     yield();
                     changed += isa::changed_fpu(which * 0x100000 + round * 100);
                 }
                 result[which] = 500 + changed;
             }, number, {.priority = main_priority, .fpu = true});
         for (unsigned round = 0; round < 100 && (result[1] == 0 || result[2] == 0); ++round)
             yield();
         expect("first", result[1], 500u);
         expect("second", result[2], 500u);
     }},
    {"fpu: client and server of a call keep their own registers",
     [] {
         if (info().fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         static CapIndex endpoint, reply;
         for (const bool client_has : {true, false}) {
             endpoint = make_endpoint();
             reply = make_reply();
             for (unsigned n = 1; n < 4; ++n)
                 result[n] = 0;
             start([](Word) {
                 isa::fill_fpu(0x100000);
                 Received got = recv(endpoint, reply);
                 for (unsigned round = 1;; ++round) {
                     result[2] = result[2] + isa::changed_fpu(0x100000 + (round - 1) * 100);
                     isa::fill_fpu(0x100000 + round * 100);
                     got = reply_recv(endpoint, reply, Tag(got[0], 1), {got[0] + 1});
                 }
             }, 0, {.priority = main_priority + 1, .fpu = true});
             start([](Word has) {
                 Word sum = 0;
                 for (unsigned round = 0; round < 20; ++round) {
                     if (has != 0)
                         isa::fill_fpu(0x200000 + round * 100);
                     sum += call(endpoint, Tag(1, 1), {round})[0];
                     if (has != 0)
                         result[1] = result[1] + isa::changed_fpu(0x200000 + round * 100);
                 }
                 result[3] = sum;
             }, client_has, {.priority = main_priority + 1, .fpu = client_has});
             expect("the client's", result[1], 0u);
             expect("the server's", result[2], 0u);
             expect("answers", result[3], 20u * 21 / 2);
         }
     }},
    {"fpu: registers survive preemption by another thread that uses them",
     [] {
         if (info().fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         for (Word number = 1; number <= 2; ++number)
             start([](Word which) {
                 Word changed = 0;
                 for (unsigned round = 0; round < 30; ++round) {
                     isa::fill_fpu(which * 0x100000 + round * 100);
                     for (volatile unsigned spin = 0; spin < 4000;)
                         spin = spin + 1;
                     changed += isa::changed_fpu(which * 0x100000 + round * 100);
                 }
                 result[which] = 500 + changed;
             }, number, {.priority = main_priority, .budget = 50, .period = 50, .fpu = true});
         const uint64_t begin = clock();
         while ((result[1] == 0 || result[2] == 0) && microseconds(clock() - begin) < 1000000)
             yield();
         expect("first", result[1], 500u);
         expect("second", result[2], 500u);
     }},
    {"fpu: a new thread's registers, control and status have their start values",
     [] {
         if (info().fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         start([](Word) { isa::fill_fpu(0x777777); }, 0, {.fpu = true});
         start([](Word) {
             isa::FpuFile file;
             isa::store_fpu(file);
             result[0] = 500 + isa::differences(file, isa::new_fpu());
         }, 0, {.fpu = true});
         expect("not as in a new thread", result[0], 500u);
     }},
    {"fpu: use without the flag is a user exception",
     [] {
         const CapIndex handler = make_endpoint();
         result[0] = 0;
         start([](Word) {
             isa::fill_fpu(1);
             result[0] = 1;
         }, 0, {.fault_handler = handler});
         const Received got = nb_recv(handler, make_reply());
         expect("kind", got.kind(), Kind::fault);
         expect("label", got.label(), FaultType::user_exception);
         expect("not done", result[0], 0u);
     }},
    {"fpu: the flag needs a thread with room",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         expect_error("set",
                      request(worker.thread, Method::thread_set_flags, {0, ThreadFlags::fpu}),
                      Error::not_supported);
     }},
    {"thread: unknown flags are invalid_argument",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         expect_error("set", request(worker.thread, Method::thread_set_flags, {0, Word{1} << 9}),
                      Error::invalid_argument);
     }},
    {"thread: without the flag counters cannot be read",
     [] {
         const CapIndex handler = make_endpoint();
         const Worker worker =
             start([](Word) {
                 isa::read_counter();
                 result[0] = 1;
             }, 0, {.resume = false, .fault_handler = handler});
         result[0] = 0;
         succeed("clear", request(worker.thread, Method::thread_set_flags,
                                  {ThreadFlags::counters, 0}));
         resume(worker.thread);
         const Received got = nb_recv(handler, make_reply());
         expect("kind", got.kind(), Kind::fault);
         expect("label", got.label(), FaultType::user_exception);
         expect("not done", result[0], 0u);
     }},
    {"thread: with the flag counters are read",
     [] {
         isa::read_counter();
         require("the clock", clock() != 0);
     }},
    {"clock: with the flag the cycle counter is read and advances",
     [] {
         const Word first = isa::read_cycles();
         for (volatile unsigned spin = 0; spin < 1000;)
             spin = spin + 1;
         require("advanced", isa::read_cycles() != first);
     }},
    {"clock: without the flag the cycle counter is a user exception",
     [] {
         const CapIndex handler = make_endpoint();
         result[0] = 0;
         const Worker worker = start([](Word) {
             isa::read_cycles();
             result[0] = 1;
         }, 0, {.resume = false, .fault_handler = handler});
         succeed("clear", request(worker.thread, Method::thread_set_flags,
                                  {ThreadFlags::counters, 0}));
         resume(worker.thread);
         expect("label", nb_recv(handler, make_reply()).label(), FaultType::user_exception);
         expect("not done", result[0], 0u);
     }},
    {"clock: each thread has its own right over switches by IPC and by preemption",
     [] {
         static CapIndex endpoint, server_reply;
         endpoint = make_endpoint();
         server_reply = make_reply();
         const CapIndex handler = make_endpoint();
         const CapIndex answer = make_reply();
         const Worker blind = start([](Word) {
             recv(endpoint, server_reply);
             for (;;) {
                 isa::read_cycles();
                 reply_recv(endpoint, server_reply, {});
             }
         }, 0, {.fault_handler = handler});
         succeed("clear", request(blind.thread, Method::thread_set_flags,
                                  {ThreadFlags::counters, 0}));
         const Worker seeing = start([](Word) {
             for (unsigned round = 0; round < 20; ++round) {
                 result[1] = round + 1;
                 isa::read_cycles();
                 call(endpoint, {});
                 isa::read_cycles();
             }
             rest();
         }, 0, {.priority = main_priority - 1});
         (void)seeing;
         for (unsigned round = 0; round < 20; ++round) {
             const Received got = recv(handler, answer);
             expect("label", got.label(), FaultType::user_exception);
             isa::read_cycles();
             send(answer, Tag(static_cast<Word>(FaultReply::resume), 1),
                  {got[0] + isa::counter_size});
         }
         succeed("lower", request(own::thread, Method::thread_set_priority,
                                  {main_priority - 2, max_priority}, {own::thread}));
         expect("all done", result[1], 20u);
     }},
    {"thread: info tells priorities and flags",
     [] {
         const Worker worker = start([](Word) {}, 0, {.priority = 55, .resume = false});
         const Received got = request(worker.thread, Method::thread_info);
         succeed("info", got);
         expect("priority", got[1], 55u);
         expect("maximum", got[2], 55u);
         expect("flags", got[3], ThreadFlags::counters);
     }},
    {"thread: an IPC buffer is aligned and of writable RAM",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         const CapIndex frame = make_frame();
         expect_error("misaligned", request(worker.thread, Method::thread_set_ipc_buffer,
                                            {place::free + 8}, {frame}),
                      Error::misaligned);
         const CapIndex reader = copied(frame, Rights::read_only());
         expect_error("read-only", request(worker.thread, Method::thread_set_ipc_buffer,
                                           {place::free}, {reader}),
                      Error::illegal_operation);
         expect_error("no frame", request(worker.thread, Method::thread_set_ipc_buffer,
                                          {place::free}, {own::cnode}),
                      Error::invalid_capability);
     }},
    {"thread: revoking the buffer's Frame takes the buffer away at once",
     [] {
         static CapIndex endpoint;
         endpoint = make_endpoint();
         static volatile Word received;
         received = 0;
         const Worker receiver = start([](Word) { received = 1 + wait(endpoint).length(); });
         succeed("revoke", revoke(self, receiver.buffer_frame));
         Received message;
         expect_error("long", pass_on(Syscall::nb_send, endpoint,
                                      Tag(1, arch::message_registers + 1), message),
                      Error::message_too_long);
         expect("nothing", received, 0u);
         expect_error("short", nb_send(endpoint, Tag(1, 1), {4}), Error::none);
         expect("arrived", received, 2u);
     }},
    {"thread: configure without a CNode or VSpace is refused",
     [] {
         const CapIndex thread = make(ObjectType::thread);
         expect_error("no CNode", request(thread, Method::thread_configure, {0, 0, 0},
                                          {own::space, own::space}),
                      Error::invalid_capability);
         expect_error("no VSpace", request(thread, Method::thread_configure, {0, 0, 0},
                                           {own::cnode, own::cnode}),
                      Error::invalid_capability);
     }},
    {"thread: a deleted thread's memory is reused without harm",
     [] {
         const CapIndex part = make(ObjectType::untyped, 13);
         for (unsigned round = 0; round < 20; ++round) {
             const CapIndex made = slots();
             succeed("retype", retype(part, ObjectType::thread, 0, own::cnode, made));
             succeed("configure",
                     request(made, Method::thread_configure, {guard_word(own::radix), 0, 0},
                             {own::cnode, own::space}));
             succeed("resume without context", resume(made));
             succeed("revoke", revoke(self, part));
         }
     }},
    {"thread: the last VSpace capability that goes stops its threads with a fault",
     [] {
         const CapIndex handler = make_endpoint();
         const CapIndex space = make(ObjectType::vspace);
         const Worker worker =
             start([](Word) {}, 0, {.resume = false, .fault_handler = handler, .space = space});
         succeed("delete", remove(self, space));
         succeed("resume", resume(worker.thread));
         expect("a fault", nb_recv(handler, make_reply()).kind(), Kind::fault);
     }},
};

} // namespace

constinit const Chapter thread_chapter = chapter("threads", tests);

} // namespace conformance
