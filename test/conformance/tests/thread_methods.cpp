// SPDX-License-Identifier: BSD-2-Clause
// The methods of threads: what each does, and each error that it documents.
#include "../isa/isa.hpp"
#include "chapters.hpp"

#include <arch/machine.hpp>

namespace conformance {
namespace {

volatile Word result;
CapIndex object, answer;

Worker unstarted(Options options = {}) {
    options.resume = false;
    return start([](Word) { result = 1; }, 0, options);
}

Received read(CapIndex thread, Word first, Word count) {
    return request(thread, Method::thread_read_registers, {0, first, count});
}

Received write(CapIndex thread, Word first, Word value) {
    return request(thread, Method::thread_write_registers, {0, first, 1, value});
}

Received copy_registers(CapIndex thread, CapIndex source, Word suspend = 0, Word resume = 0) {
    return request(thread, Method::thread_copy_registers, {suspend, resume}, {source});
}

Received info(CapIndex thread) {
    const Received got = request(thread, Method::thread_info);
    succeed("info", got);
    return got;
}

void expect_state(CapIndex thread, ThreadState state, CapIndex waits_on, Location location = here()) {
    const Received got = info(thread);
    expect("state", got[0] & 7, state, location);
    const Word waited_on = got[5];
    expect("waits on", waited_on, waits_on == 0 ? 0 : identify(waits_on)[4], location);
}

Word address_of(CapIndex slot) {
    return identify(slot)[4];
}

constexpr Test tests[] = {
    {"copy_registers: a thread gets all registers of another",
     [] {
         const Worker source = unstarted();
         const Worker target = unstarted();
         for (const Word number : {Word{0}, Word{1}, Word{arch::argument_register[0]},
                                   Word{arch::argument_register[1]}, Word{arch::thread_register}})
             succeed("write", write(source.thread, number, 0x1000 * (number + 1)));
         succeed("copy", copy_registers(target.thread, source.thread));
         for (Word number = 0; number < 19; ++number) {
             const Received one = read(source.thread, number, 1);
             const Received other = read(target.thread, number, 1);
             expect("held", other[0], 1u);
             expect("value", other[1], one[1]);
         }
     }},
    {"copy_registers: suspends the source and resumes the thread if asked",
     [] {
         result = 0;
         const Worker source = start([](Word) { result = result + 1; }, 0, {.resume = false});
         const Worker target = unstarted();
         succeed("copy", copy_registers(target.thread, source.thread, 1, 1));
         expect("the target ran the source's function", result, 1u);
         require("source suspended", (info(source.thread)[0] & 8) != 0);
     }},
    {"copy_registers: not from or to the caller, and only of a Thread",
     [] {
         const Worker worker = unstarted();
         expect_error("to the caller", copy_registers(own::thread, worker.thread),
                      Error::illegal_operation);
         expect_error("from the caller", copy_registers(worker.thread, own::thread),
                      Error::illegal_operation);
         expect_error("of a CNode", copy_registers(worker.thread, own::cnode),
                      Error::invalid_capability);
         expect_error("without a source",
                      request(worker.thread, Method::thread_copy_registers, {0, 0}),
                      Error::truncated_message);
     }},
    {"thread registers: written, seen by the thread, and read again",
     [] {
         static volatile Word seen;
         const Worker worker = start([](Word) {
             seen = isa::thread_word();
             isa::set_thread_word(0x7654321);
             yield();
             result = isa::thread_word();
             rest();
         }, 0, {.resume = false});
         succeed("write", write(worker.thread, arch::thread_register, 0x1234567));
         resume(worker.thread);
         expect("seen", seen, 0x1234567u);
         expect("its own over a system call", result, 0x7654321u);
         suspend(worker.thread);
         const Received got = read(worker.thread, arch::thread_register, 1);
         expect("held", got[0], 1u);
         expect("read", got[1], 0x7654321u);
     }},
    {"info: the state tells what the thread waits on",
     [] {
         object = make_endpoint();
         answer = make_reply();
         const CapIndex receiver = start([](Word) { wait(object); }).thread;
         expect_state(receiver, ThreadState::receiving, object);
         nb_send(object, {});
         const CapIndex sender = start([](Word) { send(object, {}); }).thread;
         expect_state(sender, ThreadState::sending, object);
         wait(object);
         const CapIndex caller = start([](Word) { call(object, {}); }).thread;
         expect_state(caller, ThreadState::sending, object);
         recv(object, answer);
         expect_state(caller, ThreadState::calling, answer);
         object = make_notification();
         const CapIndex waiter = start([](Word) { wait(object); }).thread;
         expect_state(waiter, ThreadState::waiting, object);
         const CapIndex ready = start([](Word) {}, 0, {.priority = 1}).thread;
         expect_state(ready, ThreadState::ready, 0);
         require("distinct objects", address_of(object) != address_of(answer));
     }},
    {"info: a suspended thread keeps what it waits on; a fault shows in state and last fault",
     [] {
         object = make_endpoint();
         const CapIndex receiver = start([](Word) { wait(object); }).thread;
         suspend(receiver);
         expect("suspended and receiving", info(receiver)[0],
                8u | static_cast<Word>(ThreadState::receiving));
         const Word waited_on = info(receiver)[5];
         expect("waits on", waited_on, address_of(object));
         const CapIndex handler = make_endpoint();
         const CapIndex faulty =
             start([](Word) { isa::load(place::free); }, 0, {.fault_handler = handler}).thread;
         expect_state(faulty, ThreadState::sending, handler);
         expect("last fault", info(faulty)[4], FaultType::vm);
     }},
    {"info: tells what the thread's context has consumed, and does not reset it",
     [] {
         const Word before = info(own::thread)[6];
         const uint64_t begin = clock();
         while (microseconds(clock() - begin) < 2000)
             continue;
         require("two milliseconds", info(own::thread)[6] - before >= 1900);
         require("still there", info(own::thread)[6] - before >= 1900);
         expect("none without a context", info(unstarted({.with_context = false}).thread)[6], 0u);
     }},
    {"alien: its handler has the full frame, makes the call in its stead and resumes it",
     [] {
         object = make_endpoint();
         answer = make_reply();
         static constexpr CapIndex imagined = 3000;
         const CapIndex alien = start([](Word) {
             const Received got = call(imagined, Tag(7, 0));
             result = got.label() == 9 && got.badge == 44 ? 1 : 2;
         }, 0, {.fault_handler = object, .flags = ThreadFlags::alien}).thread;
         const Received got = recv(object, answer);
         expect("label", got.label(), FaultType::unknown_syscall);
         expect("number", got[2], Syscall::call);
         for (Word number = 0; number < 19; ++number)
             expect("held", read(alien, number, 1)[0], 1u);
         expect("capability", read(alien, arch::argument_register[0], 1)[1], imagined);
         expect("tag", read(alien, arch::argument_register[1], 1)[1], Tag(7, 0).raw());
         succeed("badge", write(alien, arch::argument_register[0], 44));
         succeed("tag", write(alien, arch::argument_register[1], Tag(9, 0).raw()));
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("as if it had been served", result, 1u);
     }},
    {"alien: all callee-saved registers come back from its handler",
     [] {
         object = make_endpoint();
         answer = make_reply();
         result = 1000;
         start([](Word) { result = isa::changed_callee_saved(0x5151, 2000); }, 0,
               {.fault_handler = object, .flags = ThreadFlags::alien});
         expect("number", recv(object, answer)[2], Syscall::nb_send);
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("changed", result, 0u);
     }},
    {"alien: a call to a server that has become alien is a fault too",
     [] {
         object = make_endpoint();
         static CapIndex server_reply;
         server_reply = make_reply();
         answer = make_reply();
         result = 0;
         const Worker server = start([](Word) {
             recv(object, server_reply);
             result = 1;
         });
         succeed("flag", request(server.thread, Method::thread_set_flags, {0, ThreadFlags::alien}));
         const CapIndex handler = make_endpoint();
         start([](Word) { call(object, {}); }, 0,
               {.fault_handler = handler, .flags = ThreadFlags::alien});
         const Received got = nb_recv(handler, answer);
         expect("kind", got.kind(), Kind::fault);
         expect("label", got.label(), FaultType::unknown_syscall);
         expect("nothing received", result, 0u);
     }},
    {"alien: with the flag cleared system calls are made again",
     [] {
         object = make_endpoint();
         answer = make_reply();
         static CapIndex notification;
         notification = make_notification();
         const CapIndex alien = start([](Word) {
             signal(notification);
             signal(notification);
         }, 0, {.fault_handler = object, .flags = ThreadFlags::alien}).thread;
         recv(object, answer);
         const Received flags =
             request(alien, Method::thread_set_flags, {ThreadFlags::alien, 0});
         expect("flags", flags[0], ThreadFlags::counters);
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("the second one came", nb_wait(notification).kind(), Kind::signal);
     }},
    {"configure: sets flags too; unknown ones and FP without room are refused",
     [] {
         const Worker worker = unstarted();
         const auto configure = [&](Word flags) {
             return request(worker.thread, Method::thread_configure,
                            {guard_word(own::radix), flags, 0}, {own::cnode, own::space});
         };
         succeed("alien", configure(ThreadFlags::alien));
         require("set", (info(worker.thread)[3] & ThreadFlags::alien) != 0);
         expect_error("unknown", configure(Word{1} << 9), Error::invalid_argument);
         expect_error("no room", configure(ThreadFlags::fpu), Error::not_supported);
     }},
    {"configure: errors of its capabilities",
     [] {
         const Worker worker = unstarted();
         const CapIndex frame = make_frame();
         const auto configure = [&](CapIndex node, CapIndex space, CapIndex buffer, Word address) {
             return request(worker.thread, Method::thread_configure,
                            {guard_word(own::radix), 0, address}, {node, space, buffer}).error();
         };
         expect("no CNode", configure(own::space, own::space, frame, place::free),
                Error::invalid_capability);
         expect("no VSpace", configure(own::cnode, own::cnode, frame, place::free),
                Error::invalid_capability);
         expect("no Frame", configure(own::cnode, own::space, own::cnode, place::free),
                Error::invalid_capability);
         expect("misaligned", configure(own::cnode, own::space, frame, place::free + 4),
                Error::misaligned);
         expect("read-only", configure(own::cnode, own::space, copied(frame, Rights::read_only()),
                                       place::free),
                Error::illegal_operation);
         expect_error("an address alone", request(worker.thread, Method::thread_configure,
                                                  {guard_word(own::radix), 0, place::free},
                                                  {own::cnode, own::space}),
                      Error::truncated_message);
         succeed("right", request(worker.thread, Method::thread_configure,
                                  {guard_word(own::radix), 0, place::free},
                                  {own::cnode, own::space, frame}));
     }},
    {"set_space: the thread sees the new capability space",
     [] {
         const CapIndex node = make(ObjectType::cnode, 4);
         object = make_endpoint();
         succeed("copy", copy({node, 4}, 5, self, object));
         const Worker worker = start([](Word) { send(5, Tag(8, 0)); }, 0,
                                     {.resume = false, .fault_handler = make_endpoint()});
         succeed("set", request(worker.thread, Method::thread_set_space, {guard_word(4)},
                                {node, own::space}));
         resume(worker.thread);
         expect("label", wait(object).label(), 8u);
         refusals_unseen(1, "at its end it waits through a path that the space does not have");
     }},
    {"set_space: errors of its capabilities, and not in place of a CNode's last one",
     [] {
         const Worker worker = unstarted();
         const auto set = [&](CapIndex node, CapIndex space) {
             return request(worker.thread, Method::thread_set_space, {guard_word(4)},
                            {node, space}).error();
         };
         const CapIndex node = make(ObjectType::cnode, 4);
         expect("no CNode", set(own::space, own::space), Error::invalid_capability);
         expect("no VSpace", set(node, own::cnode), Error::invalid_capability);
         expect_error("guard", request(worker.thread, Method::thread_set_space, {word_bits - 3},
                                       {node, own::space}),
                      Error::invalid_argument);
         expect("right", set(node, own::space), Error::none);
         succeed("the thread's is the last one", remove(self, node));
         expect("kept", set(own::cnode, own::space), Error::illegal_operation);
     }},
    {"set_ipc_buffer: errors, and none with address 0",
     [] {
         const Worker worker = unstarted();
         const CapIndex frame = make_frame();
         const auto set = [&](Word address, CapIndex buffer) {
             return request(worker.thread, Method::thread_set_ipc_buffer, {address}, {buffer})
                 .error();
         };
         expect("misaligned", set(place::free + 4, frame), Error::misaligned);
         expect("no Frame", set(place::free, own::cnode), Error::invalid_capability);
         expect("read-only", set(place::free, copied(frame, Rights::read_only())),
                Error::illegal_operation);
         expect_error("an address alone", request(worker.thread, Method::thread_set_ipc_buffer,
                                                  {place::free}),
                      Error::truncated_message);
         expect("right", set(place::free, frame), Error::none);
         succeed("none", request(worker.thread, Method::thread_set_ipc_buffer, {0}));
     }},
    {"set_fault_handler and set_timeout_handler: errors, and none without a capability",
     [] {
         const Worker worker = unstarted();
         const CapIndex endpoint = make_endpoint();
         for (const Method method :
              {Method::thread_set_fault_handler, Method::thread_set_timeout_handler}) {
             expect_error("no Endpoint", request(worker.thread, method, {}, {own::cnode}),
                          Error::invalid_capability);
             expect_error("read-only", request(worker.thread, method, {},
                                               {copied(endpoint, Rights::read_only())}),
                          Error::missing_right);
             succeed("set", request(worker.thread, method, {}, {endpoint}));
             succeed("none", request(worker.thread, method));
         }
     }},
    {"set_priority: the authority is a Thread, and neither number above its maximum",
     [] {
         const Worker worker = unstarted({.priority = 50});
         const auto set = [&](Word priority, Word maximum, CapIndex authority) {
             return request(own::thread, Method::thread_set_priority, {priority, maximum},
                            {authority});
         };
         expect_error("no Thread", set(10, 10, own::cnode), Error::invalid_capability);
         const Received high = set(51, 50, worker.thread);
         expect_error("priority", high, Error::out_of_range);
         expect("greatest", high[1], 50u);
         expect_error("maximum", set(50, 51, worker.thread), Error::out_of_range);
         expect("unchanged", info(own::thread)[1], main_priority);
     }},
    {"bind_notification: one thread, one Notification, nobody waits, and the right to read",
     [] {
         const Worker one = unstarted();
         const Worker two = unstarted();
         const CapIndex first = make_notification();
         object = make_notification();
         const auto bind = [&](const Worker& worker, CapIndex notification) {
             return request(worker.thread, Method::thread_bind_notification, {}, {notification})
                 .error();
         };
         expect("no Notification", bind(one, own::cnode), Error::invalid_capability);
         expect("no right", bind(one, copied(first, Rights::write_only())), Error::missing_right);
         expect("bind", bind(one, first), Error::none);
         expect("thread bound", bind(one, object), Error::in_use);
         expect("Notification bound", bind(two, first), Error::in_use);
         start([](Word) { wait(object); });
         expect("somebody waits", bind(two, object), Error::in_use);
         succeed("unbind", request(one.thread, Method::thread_unbind_notification));
         expect_error("again", request(one.thread, Method::thread_unbind_notification),
                      Error::not_bound);
         expect("the other one", bind(two, first), Error::none);
     }},
    {"read_registers and write_registers: errors",
     [] {
         const Worker worker = unstarted();
         expect_error("first", read(worker.thread, 1000, 1), Error::out_of_range);
         expect_error("count", read(worker.thread, 0, 1000), Error::out_of_range);
         expect_error("itself", read(own::thread, 0, 1), Error::illegal_operation);
         expect_error("first", write(worker.thread, 1000, 1), Error::out_of_range);
         expect_error("itself", write(own::thread, 0, 1), Error::illegal_operation);
         expect_error("too few", request(worker.thread, Method::thread_write_registers,
                                         {0, 0, 3, 1}),
                      Error::truncated_message);
     }},
    {"thread: a method that is none is invalid_method",
     [] {
         expect_error("0", request(own::thread, static_cast<Method>(0x0300)),
                      Error::invalid_method);
         expect_error("of another type", request(own::thread, Method::frame_unmap),
                      Error::invalid_method);
     }},
};

} // namespace

constinit const Chapter thread_methods_chapter = chapter("methods of threads", tests);

} // namespace conformance
