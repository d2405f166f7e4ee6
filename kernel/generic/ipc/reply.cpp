// SPDX-License-Identifier: BSD-2-Clause
// Reply objects: the callers they hold and the chain along which a context is lent.
#include <cobnut/abi/fault.hpp>
#include <generic/contract/debug.hpp>
#include <generic/debug/report.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

namespace kernel::ipc {

namespace {

/// The next inner call of the same chain, or null if `reply` is the innermost.
Reply* inner(const Reply& reply) {
    Reply* up = reply.up;
    return up != nullptr && up->prev == &reply && up->caller != nullptr ? up : nullptr;
}

/// Takes `reply` out of its chain. True if it was the innermost: the context is its caller's.
bool unlink(Reply& reply) {
    SchedContext* context = reply.sched_context;
    if (context == nullptr)
        return false;
    Reply* up = inner(reply);
    if (reply.prev != nullptr)
        reply.prev->up = up;
    if (up != nullptr)
        up->prev = reply.prev;
    else
        context->top = reply.prev;
    reply.prev = reply.up = nullptr;
    reply.sched_context = nullptr;
    return up == nullptr;
}

/// The fault of `thread` is answered: the server's message may change where it goes on. Fails,
/// changing nothing, if it cannot go on there.
Failure answer_fault(Cpu& cpu, const Thread& server, Thread& thread) {
    const cobnut::Tag tag{server.registers.tag()};
    if (tag.label() > static_cast<Word>(cobnut::FaultReply::stop))
        return {Error::invalid_argument, 0, tag.label()};
    arch::Registers registers = thread.registers;
    if (tag.length() >= 1 && !registers.set_ip(message_word(server, 0)))
        return {Error::invalid_argument, 0, message_word(server, 0)};
    if (tag.length() >= 2 && !registers.set_sp(message_word(server, 1)))
        return {Error::invalid_argument, 1, message_word(server, 1)};
    thread.registers = registers;
    if (tag.length() >= 1)
        thread_control::abandon(cpu, thread);
    thread.clear_fault();
    if (thread.debug.single_step)
        arch::arm_step(thread.registers, true);
    if (tag.label() == static_cast<Word>(cobnut::FaultReply::stop))
        thread.gate |= Gate::suspended;
    return {};
}

} // namespace

bool is_offered(const Reply& reply, const Thread& server) {
    return reply.caller != nullptr ||
           (reply.server != nullptr && reply.server != &server &&
            reply.server->wait_kind() == Wait::receive);
}

void offer(Reply& reply, Thread& server, Word path) {
    if (reply.server != &server) {
        if (reply.server != nullptr)
            offer_none(*reply.server);
        offer_none(server);
        reply.server = &server;
        server.reply = &reply;
    }
    reply.path = path < server.node_size ? arch::Registers::reply_word(path) : Reply::no_path;
}

void offer_none(Thread& server) {
    Reply& reply = *server.reply;
    if (&reply == &kernel_state.no_reply)
        return;
    reply.server = nullptr;
    reply.path = Reply::no_path;
    server.reply = &kernel_state.no_reply;
}

void attach_caller(Cpu& cpu, Reply& reply, Thread& caller, Thread& server) {
    reply.caller = &caller;
    reply.up = nullptr;
    reply.prev = nullptr;
    reply.sched_context = nullptr;
    SchedContext* context = sched::context_of(caller);
    if (sched::context_of(server) == nullptr && context != nullptr) {
        reply.sched_context = context;
        reply.prev = context->top;
        if (reply.prev != nullptr)
            reply.prev->up = &reply;
        context->top = &reply;
        sched::lend(cpu, caller, server, true);
    } else {
        sched::make_unready(cpu, caller);
    }
    caller.wait = Wait::in(&reply);
    if (&caller == cpu.current)
        cpu.reschedule = true;
}

void detach_caller(Cpu& cpu, Reply& reply, bool give_back) {
    Thread& caller = *reply.caller;
    SchedContext* context = reply.sched_context;
    const bool innermost = unlink(reply);
    if (context != nullptr)
        sched::forget_lent(caller);
    reply.caller = nullptr;
    caller.wait = Wait::nothing;
    if (give_back && innermost && sched::context_of(caller) == nullptr) {
        sched::take(cpu, *context);
        sched::give(*context, caller);
    }
}

Failure answer(Cpu& cpu, Thread& server, Reply& reply, bool grant) {
    Thread* caller = reply.caller;
    if (caller == nullptr)
        return Error::no_reply;
    if (caller->fault.type != 0)
        KERNEL_CHECK(answer_fault(cpu, server, *caller));
    else
        KERNEL_CHECK(transfer(server, *caller, 0, grant));
    trace::record(cpu, trace::TraceIpc::reply, &server, caller);
    release_caller(cpu, reply, sched::Place::front);
    return {};
}

void release_caller(Cpu& cpu, Reply& reply, sched::Place place) {
    Thread& caller = *reply.caller;
    detach_caller(cpu, reply, true);
    sched::make_ready(cpu, caller, place);
}

void cancel_call(Cpu& cpu, Reply& reply, bool give_back) {
    // Who only lends its time for a repetition has its answer.
    if (reply.server != nullptr && reply.server->repeats == Repeat::receiving)
        return release_caller(cpu, reply);
    Thread& caller = *reply.caller;
    const bool faulted = caller.fault.type != 0;
    detach_caller(cpu, reply, give_back);
    if (faulted) {
        debug::report_unhandled_fault(caller, Error::canceled);
        caller.gate |= Gate::suspended;
    } else {
        give_failure(caller, Error::canceled);
    }
    sched::make_ready(cpu, caller);
}

void destroy(Cpu& cpu, Reply& reply) {
    if (reply.caller != nullptr)
        cancel_call(cpu, reply, true);
    Thread* server = reply.server;
    if (server == nullptr)
        return;
    offer_none(*server);
    if (server->wait_kind() == Wait::receive && server != cpu.current) {
        leave_queue(cpu, *server);
        fail(cpu, *server, Error::canceled);
    }
}

} // namespace kernel::ipc
