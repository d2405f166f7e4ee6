// SPDX-License-Identifier: BSD-2-Clause
// Parties that go while others still refer to them: each a class of bugs that kernels of the family
// have had, named after what must hold.
#include "../isa/isa.hpp"
#include "../isa/register_file.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex endpoint, reply, other_endpoint, other_reply, notification;
volatile Word steps[8];

void prepare() {
    endpoint = make_endpoint();
    reply = make_reply();
    other_endpoint = make_endpoint();
    other_reply = make_reply();
    notification = make_notification();
}

void sender(Word label) {
    send(endpoint, Tag(label, 0));
    steps[label] = steps[label] + 1;
}

constexpr Test tests[] = {
    {"gone: threads deleted anywhere in a queue leave the order of the others",
     [] {
         constexpr unsigned priorities[] = {110, 120, 110, 130, 120, 110, 120};
         for (unsigned victim = 0; victim < 2; ++victim) {
             prepare();
             Worker workers[7];
             for (Word index = 0; index < 7; ++index)
                 workers[index] = start(sender, index, {.priority = priorities[index]});
             // The first of a ring and one of the middle, then the only one of a ring.
             succeed("delete", remove(self, workers[victim == 0 ? 1 : 4].thread));
             succeed("delete", remove(self, workers[victim == 0 ? 2 : 0].thread));
             constexpr Word wanted[2][5] = {{3, 4, 6, 0, 5}, {3, 1, 6, 2, 5}};
             for (const Word label : wanted[victim])
                 expect("order", recv(endpoint, reply).label(), label);
             expect("nobody", nb_recv(endpoint, reply).kind(), Kind::none);
         }
     }},
    {"gone: a thread that deletes itself is gone, and nobody else",
     [] {
         const Worker worker = start([](Word) {
             steps[0] = 1;
             remove(self, local().thread);
             steps[0] = 2;
         });
         expect("it stopped", steps[0], 1u);
         require("its capability is gone", is_empty(worker.thread));
     }},
    {"gone: a thread that deletes the context it runs on stops",
     [] {
         const Worker worker = start([](Word) {
             steps[0] = 1;
             remove(self, local().context);
             steps[0] = 2;
         });
         expect("it stopped", steps[0], 1u);
         const CapIndex context = make(ObjectType::sched_context, sched_context_min_size_bits);
         succeed("configure", configure_time(own::sched_control, context, 10000, 10000));
         succeed("bind", request(context, Method::sched_context_bind, {}, {worker.thread}));
         expect("it goes on", steps[0], 2u);
     }},
    {"gone: a thread that unbinds the context it runs on stops",
     [] {
         const Worker worker = start([](Word) {
             steps[0] = 1;
             request(local().context, Method::sched_context_unbind);
             steps[0] = 2;
         });
         expect("it stopped", steps[0], 1u);
         succeed("bind", request(worker.context, Method::sched_context_bind, {}, {worker.thread}));
         expect("it goes on", steps[0], 2u);
     }},
    {"gone: a thread that deletes its address space faults",
     [] {
         const CapIndex handler = make_endpoint();
         const CapIndex space = make(ObjectType::vspace);
         static CapIndex doomed;
         doomed = space;
         // It runs in ours and takes the other's last capability with it.
         const Worker worker = start([](Word) {
             request(local().thread, Method::thread_set_space, {guard_word(own::radix)},
                     {own::cnode, doomed});
             steps[0] = 2;
         }, 0, {.fault_handler = handler});
         expect("a fault", nb_recv(handler, make_reply()).kind(), Kind::fault);
         expect("no step more", steps[0], 0u);
         (void)worker;
     }},
    {"gone: a caller's context that is deleted while it is lent stops the server only",
     [] {
         prepare();
         const Worker server = start([](Word) {
             Received got = recv(endpoint, reply);
             wait(notification);
             got = reply_recv(endpoint, reply, Tag(9, 0));
         });
         succeed("make it passive", request(server.context, Method::sched_context_unbind));
         const Worker client = start([](Word) {
             steps[1] = call(endpoint, Tag(1, 0)).label();
         });
         expect("called", steps[1], 0u);
         succeed("delete the context", remove(self, client.context));
         signal(notification);
         yield();
         expect("nobody has time", steps[1], 0u);
         succeed("bind", request(server.context, Method::sched_context_bind, {}, {server.thread}));
         yield();
         expect("answered, but without time", steps[1], 0u);
         const CapIndex context = make(ObjectType::sched_context, sched_context_min_size_bits);
         succeed("configure", configure_time(own::sched_control, context, 10000, 10000));
         succeed("bind", request(context, Method::sched_context_bind, {}, {client.thread}));
         expect("goes on", steps[1], 9u);
     }},
    {"gone: a caller that is deleted while its context is lent",
     [] {
         prepare();
         const Worker server = start([](Word) {
             recv(endpoint, reply);
             wait(notification);
             steps[2] = 1;
             steps[3] = static_cast<Word>(send(reply, {}).error());
             steps[2] = 2;
         });
         succeed("make it passive", request(server.context, Method::sched_context_unbind));
         const Worker client = start([](Word) { call(endpoint, {}); });
         succeed("delete the client", remove(self, client.thread));
         signal(notification);
         yield();
         if (steps[2] == 0) { // the context went with its thread
             succeed("bind", request(server.context, Method::sched_context_bind, {},
                                     {server.thread}));
         }
         require("it runs", steps[2] >= 1);
         expect("no caller", steps[3], Error::no_reply);
         expect("to the end", steps[2], 2u);
     }},
    {"gone: a lent context is in use",
     [] {
         prepare();
         const Worker server = start([](Word) {
             recv(endpoint, reply);
             wait(notification);
         });
         succeed("make it passive", request(server.context, Method::sched_context_unbind));
         const Worker client = start([](Word) { call(endpoint, {}); });
         const Worker other = start([](Word) {}, 0, {.resume = false, .with_context = false});
         expect_error("bind", request(client.context, Method::sched_context_bind, {},
                                      {other.thread}),
                      Error::in_use);
     }},
    {"gone: the innermost Reply of a chain cancels one call, the outer ones go on",
     [] {
         prepare();
         const Worker middle = start([](Word) {
             Received got = recv(endpoint, reply);
             steps[4] = static_cast<Word>(call(other_endpoint, {}).error());
             got = reply_recv(endpoint, reply, Tag(5, 0));
         });
         succeed("make it passive", request(middle.context, Method::sched_context_unbind));
         const Worker inner = start([](Word) {
             recv(other_endpoint, other_reply);
             wait(notification);
         });
         succeed("make it passive", request(inner.context, Method::sched_context_unbind));
         start([](Word) { steps[5] = call(endpoint, {}).label(); });
         expect("all wait", steps[5], 0u);
         succeed("delete the inner Reply", remove(self, other_reply));
         yield();
         expect("the middle", steps[4], Error::canceled);
         expect("the client", steps[5], 5u);
     }},
    {"gone: the outer Reply of a chain cancels its caller, the inner call is answered",
     [] {
         prepare();
         const Worker middle = start([](Word) {
             recv(endpoint, reply);
             steps[4] = call(other_endpoint, {}).label();
             rest();
         });
         const Worker inner = start([](Word) {
             recv(other_endpoint, other_reply);
             wait(notification);
             reply_recv(other_endpoint, other_reply, Tag(6, 0));
         });
         (void)middle;
         (void)inner;
         const Worker client = start([](Word) {
             local().argument = static_cast<Word>(call(endpoint, {}).error());
         });
         succeed("delete the outer Reply", remove(self, reply));
         yield();
         expect("the client", client.local->argument, Error::canceled);
         signal(notification);
         yield();
         expect("the middle", steps[4], 6u);
     }},
    {"gone: a queued sender whose buffer was revoked fails, the next is received",
     [] {
         prepare();
         const Worker first = start([](Word) {
             Received message;
             local().argument = static_cast<Word>(
                 pass_on(Syscall::send, endpoint, Tag(1, 60), message).error());
         });
         start(sender, 2);
         succeed("revoke", revoke(self, first.buffer_frame));
         expect("the next", recv(endpoint, reply).label(), 2u);
         yield();
         expect("the first", first.local->argument, Error::no_buffer);
     }},
    {"gone: a capability that was deleted while its message was queued is not sent",
     [] {
         prepare();
         static CapIndex given;
         given = make_endpoint();
         const Worker first = start([](Word) {
             local().buffer->capabilities[0] = given;
             local().argument =
                 static_cast<Word>(send(endpoint, Tag(1, 0, 1)).error());
         });
         start(sender, 2);
         succeed("delete", remove(self, given));
         IpcBuffer& buffer = *local().buffer;
         const CapIndex target = slots();
         buffer.receive_root = own::cnode;
         buffer.receive_index = target;
         buffer.receive_depth = word_bits;
         expect("the next", recv(endpoint, reply).label(), 2u);
         require("nothing came", is_empty(target));
         yield();
         require("the first failed", first.local->argument != 0);
     }},
    {"gone: a bound Notification that is deleted leaves its thread receiving",
     [] {
         prepare();
         const CapIndex part = make(ObjectType::untyped, 10);
         const CapIndex bound = slots();
         succeed("retype", retype(part, ObjectType::notification, 0, own::cnode, bound));
         const Worker worker = start([](Word) { steps[0] = wait(endpoint).label(); }, 0,
                                     {.resume = false});
         succeed("bind", request(worker.thread, Method::thread_bind_notification, {}, {bound}));
         resume(worker.thread);
         signal(bound);
         yield();
         expect("a signal, label 0", steps[0], 0u);
         succeed("revoke", revoke(self, part));
         const Worker next = start([](Word) { steps[1] = wait(endpoint).label(); });
         (void)next;
         nb_send(endpoint, Tag(7, 0));
         expect("a message", steps[1], 7u);
     }},
    {"gone: memory of a deleted Endpoint with waiters is used again",
     [] {
         const CapIndex part = make(ObjectType::untyped, 10);
         prepare();
         for (unsigned round = 0; round < 6; ++round) {
             endpoint = slots();
             succeed("retype", retype(part, ObjectType::endpoint, 0, own::cnode, endpoint));
             start(sender, round);
             succeed("revoke", revoke(self, part));
             yield();
             expect("canceled and gone on", steps[round], 1u);
         }
     }},
    {"gone: a capability space that is revoked under its thread leaves a fault",
     [] {
         prepare();
         const CapIndex handler = make_endpoint();
         const CapIndex node = minted(own::cnode, Rights::all(), guard_word(own::radix));
         const Worker worker = start([](Word) {
             for (;;) {
                 signal(notification);
                 yield();
                 wait(notification);
             }
         }, 0, {.priority = main_priority, .resume = false, .fault_handler = handler});
         succeed("set space", request(worker.thread, Method::thread_set_space,
                                      {guard_word(own::radix)}, {node, own::space}));
         resume(worker.thread);
         yield();
         succeed("revoke", revoke(self, node));
         yield();
         yield();
         expect("a fault", nb_recv(handler, reply).kind(), Kind::fault);
     }},
    {"gone: a thread with live FP/SIMD state that is deleted",
     [] {
         const auto* info = reinterpret_cast<const BootInfo*>(place::boot_info);
         if (info->fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         for (Word round = 1; round <= 4; ++round) {
             const Worker worker = start([](Word seed) {
                 isa::fill_fpu(seed);
                 rest();
             }, round * 1000, {.fpu = true});
             succeed("delete", remove(self, worker.thread));
         }
         start([](Word) {
             isa::FpuFile file;
             isa::store_fpu(file);
             steps[0] = 1 + isa::differences(file, isa::new_fpu());
         }, 0, {.fpu = true});
         expect("the next", steps[0], 1u);
     }},
    {"gone: a thread with live FP/SIMD state that loses the flag",
     [] {
         const auto* info = reinterpret_cast<const BootInfo*>(place::boot_info);
         if (info->fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         prepare();
         const CapIndex handler = make_endpoint();
         const Worker worker = start([](Word) {
             isa::fill_fpu(3);
             wait(notification);
             isa::fill_fpu(4);
             steps[0] = 1;
         }, 0, {.fault_handler = handler, .fpu = true});
         succeed("clear", request(worker.thread, Method::thread_set_flags, {ThreadFlags::fpu, 0}));
         signal(notification);
         const Received got = nb_recv(handler, reply);
         expect("a fault", got.kind(), Kind::fault);
         expect("not done", steps[0], 0u);
     }},
    {"instructions: those that user level may not execute are user exceptions",
     [] {
         prepare();
         const CapIndex handler = make_endpoint();
         for (Word index = 0; index < isa::privileged_count; ++index) {
             const Worker worker =
                 start(isa::privileged[index], 0, {.fault_handler = handler});
             const Received got = nb_recv(handler, reply);
             expect("a fault", got.kind(), Kind::fault);
             if (got.label() != static_cast<Word>(FaultType::user_exception))
                 note("instruction, label", index, got.label());
             succeed("delete", remove(self, worker.thread));
         }
     }},
    {"registers: the thread's own register is its own",
     [] {
         prepare();
         isa::set_thread_word(0x1234);
         for (Word number = 1; number <= 2; ++number)
             start([](Word which) {
                 steps[which] = isa::thread_word() == 0 ? 1 : 100;
                 isa::set_thread_word(which * 0x1000);
                 for (unsigned round = 0; round < 5; ++round) {
                     yield();
                     signal(notification);
                     steps[which] = steps[which] + (isa::thread_word() == which * 0x1000 ? 1 : 100);
                 }
             }, number, {.priority = main_priority});
         for (unsigned round = 0; round < 10; ++round) {
             yield();
             expect("mine", isa::thread_word(), 0x1234u);
         }
         expect("first", steps[1], 6u);
         expect("second", steps[2], 6u);
     }},
    {"queue: many senders of random priorities are received in order",
     [] {
         prepare();
         Random random(99);
         unsigned priority[14];
         for (Word index = 0; index < 14; ++index) {
             priority[index] = main_priority + 1 + random.next() % 5;
             start([](Word number) { send(endpoint, Tag(number, 0)); }, index,
                   {.priority = priority[index]});
         }
         unsigned last_priority = 255;
         Word last_label = 0;
         for (unsigned index = 0; index < 14; ++index) {
             const Word label = recv(endpoint, reply).label();
             require("priority", priority[label] <= last_priority);
             require("order", priority[label] < last_priority || label > last_label);
             last_priority = priority[label];
             last_label = label;
         }
     }},
};

} // namespace

constinit const Chapter regression_chapter = chapter("gone", tests);

} // namespace conformance
