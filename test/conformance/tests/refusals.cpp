// SPDX-License-Identifier: BSD-2-Clause
// Refusals that need another operation under way, and those of a message by every form that sends.
#include "chapters.hpp"
#include "uart_line.hpp"

namespace conformance {
namespace {

constexpr unsigned radix = 11;

CapIndex subject, endpoint, partner_reply;
volatile Error failure;
volatile Word arrived;

/// In a capability space of one level: its guard, which is all zero, differs.
constexpr CapIndex beyond_space = CapIndex{1} << (own::radix + 1);

void expect_lookup(const Received& got, Word bits_left, LookupFailure why) {
    expect_error("lookup", got, Error::failed_lookup);
    expect("words", got.length(), 2u);
    expect("level", got[0], bits_left);
    expect("why", got[1], why);
}

/// Lets a thread of higher priority begin `entry` and takes its time away in the middle.
Worker stop_within(Entry entry, uint64_t budget) {
    failure = Error::would_block;
    const Worker worker = start(entry, 0, {.budget = budget, .period = 100000000});
    expect("it is not done", failure, Error::would_block);
    return worker;
}

/// Lets it come to its end.
void finish_work(const Worker& worker) {
    succeed("time", configure_time(own::sched_control, worker.context, 10000, 10000));
    expect("it ends", failure, Error::none);
}

/// Begins a revoke of the capability, which has many descendants, copies of `copied_from`.
Worker begin_revoke(CapIndex revoked, CapIndex copied_from) {
    const CapIndex node = make(ObjectType::cnode, radix);
    for (Word index = 0; index < Word{1} << radix; ++index)
        succeed("copy", copy({node, radix}, index, self, copied_from));
    subject = revoked;
    return stop_within([](Word) { failure = revoke(self, subject).error(); }, 100);
}
Worker begin_revoke(CapIndex revoked) {
    return begin_revoke(revoked, revoked);
}

void refused_while_cleared(CapIndex part) {
    subject = part;
    static CapIndex target;
    target = slots();
    const Worker worker = stop_within([](Word) {
        failure = retype(subject, ObjectType::frame, 21, own::cnode, target).error();
    }, 30);
    expect_error("another retype", retype(part, ObjectType::endpoint, 0, own::cnode, slots()),
                 Error::busy);
    expect_error("a copy", copy(self, slots(), self, part), Error::busy);
    finish_work(worker);
    require("made", !is_empty(target));
}

/// What a form that sends does with a message for `target`.
Received attempt(Syscall form, CapIndex target, Tag tag) {
    const bool receives = form == Syscall::nb_send_recv || form == Syscall::nb_send_wait;
    return receives ? system_call(form, slots(), tag, {}, partner_reply, target)
                    : system_call(form, target, tag);
}

constexpr Syscall sending_forms[] = {Syscall::call, Syscall::send, Syscall::nb_send,
                                     Syscall::nb_send_recv, Syscall::nb_send_wait};
constexpr unsigned too_long = arch::message_registers + 1;

/// A thread that receives on `place` and has slots for capabilities, or names none.
void start_receiver(CapIndex place, bool names_slots) {
    static CapIndex slot_for_it;
    slot_for_it = names_slots ? slots() : 0;
    start([](Word from) {
        IpcBuffer& buffer = *local().buffer;
        buffer.receive_root = slot_for_it != 0 ? own::cnode : 0;
        buffer.receive_index = slot_for_it;
        buffer.receive_depth = word_bits;
        const CapIndex reply = partner_reply;
        const Word label = recv(from, reply).label();
        arrived = arrived + 1 + label;
        rest();
    }, place);
}

void refuse_capability(Syscall form, CapIndex target, CapIndex sent, Error wanted) {
    local().buffer->capabilities[0] = sent;
    expect_error("a capability", attempt(form, target, Tag(1, 0, 1)), wanted);
}

/// A thread that calls on `endpoint`, received into the Reply that is the result; its answer's label
/// and 1 are added to `arrived`.
CapIndex start_caller(bool names_slots, Options options) {
    static CapIndex slot_for_it;
    slot_for_it = names_slots ? slots() : 0;
    arrived = 0;
    start([](Word) {
        if (IpcBuffer* buffer = local().buffer) {
            buffer->receive_root = slot_for_it != 0 ? own::cnode : 0;
            buffer->receive_index = slot_for_it;
            buffer->receive_depth = word_bits;
        }
        const Word label = call(endpoint, Tag(1, 0)).label();
        arrived = arrived + 1 + label;
        rest();
    }, 0, options);
    const CapIndex reply = make_reply();
    expect("the call", recv(endpoint, reply).label(), 1u);
    return reply;
}

/// Sends an answer through the Reply; reply_recv would receive on `endpoint` then.
Received answer(Syscall form, CapIndex reply, Tag tag) {
    return form == Syscall::reply_recv ? system_call(form, endpoint, tag, {}, reply)
                                       : system_call(form, reply, tag);
}
void answer_capability(Syscall form, CapIndex reply, CapIndex sent, Error wanted) {
    local().buffer->capabilities[0] = sent;
    expect_error("a capability", answer(form, reply, Tag(1, 0, 1)), wanted);
}

/// Threads of the priority below run until all of them wait.
void let_lower_run() {
    succeed("priority", request(own::thread, Method::thread_set_priority,
                                {main_priority - 2, max_priority}, {own::thread}));
    succeed("priority", request(own::thread, Method::thread_set_priority,
                                {main_priority, max_priority}, {own::thread}));
}

/// Makes system calls on `endpoint` that fault for their capability: a thread begins anew each time.
struct Faulty {
    Worker worker;
    CapIndex handler = 0, reply = 0;

    Faulty() : handler(make_endpoint()), reply(make_reply()) {
        worker = start(nullptr, 0, {.resume = false, .with_buffer = false, .fault_handler = handler});
    }

    void begin(void (*entry)()) const {
        const auto* area = reinterpret_cast<const Area*>(worker.local);
        succeed("begin", request(worker.thread, Method::thread_write_registers,
                                 {1, 0, 2, reinterpret_cast<Word>(entry), area->top()}));
    }

    void expect_fault(Syscall form, CapIndex path, Word phase, Error error) {
        static Syscall by;
        by = form;
        endpoint = path;
        begin([] { system_call(by, endpoint, Tag(), {}, partner_reply, subject); });
        const Received got = nb_recv(handler, reply);
        expect("kind", got.kind(), Kind::fault);
        expect("label", got.label(), FaultType::capability);
        expect("path", got[2], path);
        expect("phase", got[3], phase);
        expect("error", got[4], error);
        expect("level and why", got[5],
               error == Error::failed_lookup
                   ? word_bits << lookup_bits_shift | static_cast<Word>(LookupFailure::guard_mismatch)
                   : 0);
        send(reply, Tag(static_cast<Word>(FaultReply::stop), 0));
    }
};

constexpr Test tests[] = {
    {"busy: an Untyped that is being cleared makes nothing and is not copied",
     [] { refused_while_cleared(make(ObjectType::untyped, 21)); }},
    {"busy: an Untyped makes nothing while what it was made of is revoked",
     [] {
         const CapIndex outer = make(ObjectType::untyped, 18);
         const CapIndex part = slots();
         succeed("part", retype(outer, ObjectType::untyped, 12, own::cnode, part));
         const CapIndex node = make(ObjectType::cnode, radix);
         for (unsigned round = 0; round < 6; ++round)
             succeed("fill", retype(outer, ObjectType::endpoint, 0, node, round * 256, 256));
         subject = outer;
         const Worker worker =
             stop_within([](Word) { failure = revoke(self, subject).error(); }, 100);
         expect_error("the revoked one", retype(outer, ObjectType::endpoint, 0, own::cnode, slots()),
                      Error::busy);
         if (!is_empty(part))
             expect_error("below it", retype(part, ObjectType::endpoint, 0, own::cnode, slots()),
                          Error::busy);
         finish_work(worker);
         succeed("then", retype(outer, ObjectType::endpoint, 0, own::cnode, slots()));
     }},
    {"busy: nothing is derived from a capability that is being revoked",
     [] {
         const CapIndex revoked = make_endpoint();
         const Worker worker = begin_revoke(revoked);
         expect_error("copy", copy(self, slots(), self, revoked), Error::busy);
         expect_error("mint", mint(self, slots(), self, revoked, Rights::all(), 7), Error::busy);
         const CapIndex thread = make(ObjectType::thread);
         for (const Method method :
              {Method::thread_set_fault_handler, Method::thread_set_timeout_handler})
             expect_error("handler", request(thread, method, {}, {revoked}), Error::busy);
         finish_work(worker);
         succeed("then", copy(self, slots(), self, revoked));
     }},
    {"busy: a trace gets no Frame that is being revoked",
     [] {
         if (is_empty(own::trace))
             skip("the kernel is built without trace");
         const CapIndex frame = make_frame();
         const Worker worker = begin_revoke(frame);
         expect_error("set_frame", request(own::trace, Method::trace_set_frame, {0}, {frame}),
                      Error::busy);
         finish_work(worker);
     }},
    {"busy: no thread gets a CNode, VSpace or buffer that is being revoked",
     [] {
         const CapIndex thread = make(ObjectType::thread), frame = make_frame();
         const CapIndex node = make(ObjectType::cnode, 4), space = make(ObjectType::vspace);
         const auto configure = [&](CapIndex its_node, CapIndex its_space, CapIndex buffer) {
             expect_error("configure", request(thread, Method::thread_configure,
                                               {guard_word(4), 0, place::free},
                                               {its_node, its_space, buffer}),
                          Error::busy);
         };
         const auto set_space = [&](CapIndex its_node, CapIndex its_space) {
             expect_error("set_space", request(thread, Method::thread_set_space, {guard_word(4)},
                                               {its_node, its_space}),
                          Error::busy);
         };
         Worker worker = begin_revoke(node);
         configure(node, space, frame);
         set_space(node, space);
         finish_work(worker);
         worker = begin_revoke(space);
         configure(node, space, frame);
         set_space(node, space);
         finish_work(worker);
         worker = begin_revoke(frame);
         configure(node, space, frame);
         expect_error("set_ipc_buffer", request(thread, Method::thread_set_ipc_buffer,
                                                {place::free}, {frame}),
                      Error::busy);
         finish_work(worker);
     }},
    {"busy: an interrupt gets no Notification that is being revoked, and no handler either",
     [] {
         const CapIndex irq = slots(), notification = make_notification();
         const auto get = [](CapIndex slot) {
             return get_handler(handover.console.interrupt, handover.console.trigger, slot);
         };
         succeed("get", get(irq));
         Worker worker = begin_revoke(notification);
         expect_error("set", request(irq, Method::irq_handler_set_notification, {}, {notification}),
                      Error::busy);
         finish_work(worker);
         worker = begin_revoke(own::irq_control, irq);
         expect_error("get", get(slots()), Error::busy);
         finish_work(worker);
         succeed("then", get(irq));
     }},
    {"busy: sends are canceled and the last capability goes while a revoke is preempted",
     [] {
         const CapIndex revoked = make_endpoint();
         const CapIndex badged = minted(revoked, Rights::all(), 5);
         endpoint = badged;
         static volatile Error sent;
         sent = Error::none;
         start([](Word) { sent = send(endpoint, Tag(1, 0)).error(); });
         const Worker worker = begin_revoke(badged);
         succeed("cancel",
                 request(own::cnode, Method::cnode_cancel_badged_sends, {badged, word_bits}));
         expect("canceled", sent, Error::canceled);
         succeed("delete what is being revoked", remove(self, badged));
         succeed("and the object", revoke(self, revoked));
         succeed("and the object", remove(self, revoked));
         succeed("time", configure_time(own::sched_control, worker.context, 10000, 10000));
         require("it ends", failure != Error::would_block);
     }},
    {"message: every form that sends tells what is wrong with the message, and nothing moves",
     [] {
         partner_reply = make_reply();
         endpoint = make_endpoint();
         const CapIndex closed = make_endpoint(), no_buffer = make_endpoint();
         const CapIndex no_grant = minted(endpoint, Rights::call(), 0);
         arrived = 0;
         start_receiver(endpoint, true);
         partner_reply = make_reply();
         start_receiver(closed, false);
         partner_reply = make_reply();
         start([](Word from) {
             const Word label = recv(from, partner_reply).label();
             arrived = arrived + 1 + label;
             rest();
         }, no_buffer, {.with_buffer = false});
         const CapIndex table = make(ObjectType::page_table), good = make_notification();
         const CapIndex empty = slots(), taken = make_endpoint();
         partner_reply = make_reply();
         const Worker revoke_of_it = begin_revoke(taken);
         for (const Syscall form : sending_forms) {
             expect_error("words", attempt(form, endpoint, Tag(1, 121)), Error::invalid_argument);
             expect_error("kind", attempt(form, endpoint, Tag(1, 0, 0, Kind::signal)),
                          Error::invalid_argument);
             expect_error("length", attempt(form, no_buffer, Tag(1, too_long)),
                          Error::message_too_long);
             refuse_capability(form, closed, good, Error::no_receive_slot);
             refuse_capability(form, no_grant, good, Error::missing_right);
             refuse_capability(form, endpoint, empty, Error::invalid_capability);
             refuse_capability(form, endpoint, beyond_space, Error::failed_lookup);
             refuse_capability(form, endpoint, table, Error::illegal_operation);
             refuse_capability(form, endpoint, own::untyped, Error::has_children);
             refuse_capability(form, endpoint, taken, Error::busy);
         }
         finish_work(revoke_of_it);
         expect("nothing arrived", arrived, 0u);
         expect_error("a good one", nb_send(endpoint, Tag(6, 0)), Error::none);
         expect("arrived", arrived, 7u);
     }},
    {"message: a sender without a buffer has no long message and no capability, by any form",
     [] {
         endpoint = make_endpoint();
         partner_reply = make_reply();
         arrived = 0;
         start_receiver(endpoint, true);
         partner_reply = make_reply();
         static Tag sent;
         for (const Tag tag : {Tag(1, too_long), Tag(1, 0, 1)})
             for (const Syscall form : sending_forms) {
                 sent = tag;
                 failure = Error::none;
                 const Worker worker = start([](Word by) {
                     failure = attempt(static_cast<Syscall>(by), endpoint, sent).error();
                     rest();
                 }, static_cast<Word>(form), {.with_buffer = false});
                 expect("error", failure, Error::no_buffer);
                 succeed("delete", remove(self, worker.thread));
             }
         expect("nothing arrived", arrived, 0u);
     }},
    {"message: an answer that cannot be given is refused, and the caller can still be answered",
     [] {
         endpoint = make_endpoint();
         const CapIndex full = start_caller(true, {}), closed = start_caller(false, {});
         const CapIndex no_buffer = start_caller(false, {.with_buffer = false});
         const CapIndex no_grant = copied(full, Rights::call());
         const CapIndex table = make(ObjectType::page_table), good = make_notification();
         const CapIndex empty = slots(), taken = make_endpoint();
         const Worker revoke_of_it = begin_revoke(taken);
         for (const Syscall form : {Syscall::reply_recv, Syscall::send, Syscall::nb_send}) {
             expect_error("words", answer(form, full, Tag(1, 121)), Error::invalid_argument);
             expect_error("length", answer(form, no_buffer, Tag(1, too_long)),
                          Error::message_too_long);
             answer_capability(form, closed, good, Error::no_receive_slot);
             answer_capability(form, no_grant, good, Error::missing_right);
             answer_capability(form, full, empty, Error::invalid_capability);
             answer_capability(form, full, beyond_space, Error::failed_lookup);
             answer_capability(form, full, table, Error::illegal_operation);
             answer_capability(form, full, own::untyped, Error::has_children);
             answer_capability(form, full, taken, Error::busy);
         }
         finish_work(revoke_of_it);
         expect("nobody was answered", arrived, 0u);
         for (const CapIndex reply : {full, closed, no_buffer})
             expect_error("answer", send(reply, Tag(10, 0)), Error::none);
         expect("all were", arrived, 33u);
     }},
    {"message: a server without a buffer has no long answer, and the caller can still be answered",
     [] {
         endpoint = make_endpoint();
         partner_reply = make_reply();
         arrived = 0;
         failure = Error::none;
         start([](Word) {
             recv(endpoint, partner_reply);
             failure = reply_recv(endpoint, partner_reply, Tag(1, too_long)).error();
             reply_recv(endpoint, partner_reply, Tag(10, 0));
             rest();
         }, 0, {.priority = main_priority - 1, .with_buffer = false});
         start([](Word) {
             const Word label = call(endpoint, Tag(1, 0)).label();
             arrived = arrived + 1 + label;
             rest();
         });
         let_lower_run();
         expect("error", failure, Error::no_buffer);
         expect("then answered", arrived, 11u);
     }},
    {"receive: a Reply object that another thread waits with is in_use, by every form",
     [] {
         endpoint = make_endpoint();
         partner_reply = make_reply();
         start([](Word) { recv(endpoint, partner_reply); });
         const CapIndex other = make_endpoint(), notification = make_notification();
         for (const Syscall form : {Syscall::recv, Syscall::nb_recv, Syscall::reply_recv,
                                    Syscall::nb_send_recv})
             expect_error("its Reply",
                          system_call(form, other, Tag(), {}, partner_reply, notification),
                          Error::in_use);
     }},
    {"receive: every form that waits is canceled when what it waits on goes",
     [] {
         const CapIndex notification = make_notification();
         for (const Syscall form : {Syscall::recv, Syscall::wait, Syscall::reply_recv,
                                    Syscall::nb_send_recv, Syscall::nb_send_wait}) {
             endpoint = make_endpoint();
             partner_reply = make_reply();
             subject = notification;
             failure = Error::none;
             start([](Word by) {
                 failure = system_call(static_cast<Syscall>(by), endpoint, Tag(), {}, partner_reply,
                                       subject).error();
                 rest();
             }, static_cast<Word>(form));
             succeed("delete", remove(self, endpoint));
             expect("error", failure, Error::canceled);
         }
     }},
    {"fault: every form that waits and finds no capability for it is a capability fault",
     [] {
         subject = make_notification();
         partner_reply = make_reply();
         const CapIndex object = make_endpoint(), empty = slots();
         const CapIndex reader = copied(object, Rights::read_only());
         const CapIndex writer = copied(object, Rights::write_only());
         Faulty faulty;
         for (const Syscall form : {Syscall::recv, Syscall::wait, Syscall::reply_recv,
                                    Syscall::nb_send_recv, Syscall::nb_send_wait}) {
             faulty.expect_fault(form, empty, 1, Error::invalid_capability);
             faulty.expect_fault(form, own::space, 1, Error::invalid_capability);
             faulty.expect_fault(form, writer, 1, Error::missing_right);
             faulty.expect_fault(form, beyond_space, 1, Error::failed_lookup);
         }
         for (const Syscall form : {Syscall::call, Syscall::send}) {
             faulty.expect_fault(form, empty, 0, Error::invalid_capability);
             faulty.expect_fault(form, reader, 0, Error::missing_right);
             faulty.expect_fault(form, beyond_space, 0, Error::failed_lookup);
         }
     }},
    {"lookup: every form that does not fault tells at which level a lookup failed, and why",
     [] {
         const CapIndex object = make_endpoint(), reply = make_reply();
         const auto guard = [](const Received& got) { expect_lookup(got, word_bits, LookupFailure::guard_mismatch); };
         guard(nb_send(beyond_space, {}));
         guard(nb_recv(beyond_space, reply));
         guard(nb_recv(object, beyond_space));
         guard(nb_wait(beyond_space));
         guard(system_call(Syscall::nb_send_recv, object, Tag(), {}, reply, beyond_space));
         guard(system_call(Syscall::nb_send_wait, object, Tag(), {}, 0, beyond_space));
     }},
    {"receive: every form that does not fault reports a capability that it cannot use",
     [] {
         const CapIndex object = make_endpoint(), reply = make_reply(), empty = slots();
         const CapIndex writer = copied(object, Rights::write_only());
         for (const Syscall form : {Syscall::nb_recv, Syscall::nb_wait}) {
             expect_error("empty", system_call(form, empty, {}, {}, reply), Error::invalid_capability);
             expect_error("type", system_call(form, own::space, {}, {}, reply), Error::invalid_capability);
             expect_error("right", system_call(form, writer, {}, {}, reply), Error::missing_right);
         }
         expect_error("no Reply", nb_recv(object, empty), Error::invalid_capability);
         expect_error("no Reply", nb_recv(object, object), Error::invalid_capability);
     }},
    {"lookup: in a space of two levels a fault and an answer tell the second one's bits",
     [] {
         // The leading bit chooses: a Notification, where another CNode should be, or the own CNode.
         const CapIndex root = make(ObjectType::cnode, 1);
         succeed("copy", copy({root, 1}, 0, self, make_notification()));
         succeed("mint", mint({root, 1}, 1, self, own::cnode, Rights::all(), word_bits - own::radix - 1));
         static Received got[2];
         Faulty faulty;
         succeed("space", request(faulty.worker.thread, Method::thread_set_space, {0}, {root, own::space}));
         constexpr Word upper = Word{1} << (word_bits - 1);
         faulty.begin([] {
             got[0] = nb_send(0, {});
             got[1] = nb_wait(upper | beyond_space);
             send(upper | beyond_space, {});
         });
         const Received fault = nb_recv(faulty.handler, faulty.reply);
         expect("label", fault.label(), FaultType::capability);
         expect("level and why", fault[5],
                (word_bits - 1) << lookup_bits_shift | static_cast<Word>(LookupFailure::guard_mismatch));
         send(faulty.reply, Tag(static_cast<Word>(FaultReply::stop), 0));
         expect_lookup(got[0], word_bits - 1, LookupFailure::missing_node);
         expect_lookup(got[1], word_bits - 1, LookupFailure::guard_mismatch);
     }},
    {"lookup: of a capability to be sent it tells the sender at which level, at once and from a queue",
     [] {
         endpoint = make_endpoint();
         static Received got;
         start([](Word) {
             local().buffer->capabilities[0] = beyond_space;
             got = send(endpoint, Tag(1, 0, 1));
             rest();
         });
         local().buffer->receive_root = own::cnode;
         local().buffer->receive_index = slots();
         local().buffer->receive_depth = word_bits;
         expect_error("nobody else sends", nb_wait(endpoint), Error::would_block);
         expect_lookup(got, word_bits, LookupFailure::guard_mismatch);
         partner_reply = make_reply();
         start_receiver(endpoint, true);
         local().buffer->capabilities[0] = beyond_space;
         expect_lookup(nb_send(endpoint, Tag(1, 0, 1)), word_bits, LookupFailure::guard_mismatch);
     }},
    {"message: a Reply object that holds no caller is no_reply, by every form that sends",
     [] {
         const CapIndex reply = make_reply();
         partner_reply = make_reply();
         for (const Syscall form : sending_forms)
             expect_error("no caller", attempt(form, reply, Tag(1, 0)), Error::no_reply);
     }},
    {"message: nb_send_recv and nb_send_wait go on behind messages that do not fit",
     [] {
         endpoint = make_endpoint();
         partner_reply = make_reply();
         subject = make_notification();
         arrived = 0;
         static Word labels[2];
         const auto queue = [](unsigned failing) {
             for (unsigned number = 0; number < failing; ++number)
                 start([](Word) {
                     expect_error("sent", send(endpoint, Tag(1, too_long)), Error::message_too_long);
                     arrived = arrived + 1;
                     rest();
                 });
             start([](Word) {
                 send(endpoint, Tag(7, 0));
                 rest();
             });
         };
         queue(9);
         queue(2);
         start([](Word) {
             labels[0] = system_call(Syscall::nb_send_recv, endpoint, Tag(), {}, partner_reply,
                                     subject).label();
             labels[1] =
                 system_call(Syscall::nb_send_wait, endpoint, Tag(), {}, 0, subject).label();
             rest();
         }, 0, {.with_buffer = false});
         expect("nb_send_recv", labels[0], 7u);
         expect("nb_send_wait", labels[1], 7u);
         expect("refused", arrived, 11u);
     }},
};

} // namespace

constinit const Chapter refusals_chapter = chapter("refusals", tests);

} // namespace conformance
