// SPDX-License-Identifier: BSD-2-Clause
// Signals: what interrupts and asynchronous events become.
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

namespace kernel::ipc {

namespace {

/// A passive waiter runs on the Notification's context, if it has one to spare.
void lend_context(Notification& notification, Thread& thread) {
    SchedContext* context = notification.sched_context;
    if (context != nullptr && context->thread == nullptr &&
        sched::context_of(thread) == nullptr)
        sched::give(*context, thread);
}

/// A thread that runs on the Notification's context gives it back before it waits.
void return_context(Cpu& cpu, Notification& notification, Thread& thread) {
    SchedContext* context = notification.sched_context;
    if (context != nullptr && context->thread == &thread)
        sched::take(cpu, *context);
}

void deliver(Cpu& cpu, Notification& notification, Thread& thread, Word flags) {
    trace::record(cpu, trace::TraceIpc::signal, &notification, &thread);
    give_signal(thread, flags);
    thread.wait = Wait::nothing;
    lend_context(notification, thread);
    sched::make_ready(cpu, thread);
}

void set_pending(Notification& notification, bool pending) {
    notification.active = pending ? 1 : 0;
    Thread* bound = notification.bound;
    if (bound == nullptr)
        return;
    bound->gate &= ~Gate::signal_pending;
    if (pending) {
        bound->gate |= Gate::signal_pending;
        bound->reply->path = Reply::no_path;
    }
}

} // namespace

void signal(Cpu& cpu, Notification& notification, Word flags) {
    if (Thread* waiter = queue_first(notification.head)) {
        queue_remove(notification.head, *waiter);
        deliver(cpu, notification, *waiter, flags);
        return;
    }
    Thread* bound = notification.bound;
    if (bound != nullptr && bound->wait_kind() == Wait::receive && bound != cpu.current) {
        queue_remove(*queue_of(*bound), *bound);
        deliver(cpu, notification, *bound, flags);
        return;
    }
    trace::record(cpu, trace::TraceIpc::signal, &notification, nullptr);
    notification.flags |= flags;
    set_pending(notification, true);
}

void wait(Cpu& cpu, Thread& thread, Notification& notification, bool block) {
    if (notification.active != 0) {
        give_signal(thread, notification.flags);
        notification.flags = 0;
        set_pending(notification, false);
        lend_context(notification, thread);
        return;
    }
    if (!block) {
        give_failure(thread, Error::would_block);
        return;
    }
    return_context(cpu, notification, thread);
    thread.wait = reinterpret_cast<Word>(&notification) | Wait::signal;
    queue_insert(notification.head, thread, Endpoint::receivers);
    cpu.reschedule = true;
}

void return_bound_context(Cpu& cpu, Thread& thread) {
    if (thread.notification != nullptr)
        return_context(cpu, *thread.notification, thread);
}

bool take_bound_signal(Cpu& cpu, Thread& thread, bool owes_nobody) {
    Notification* notification = thread.notification;
    if (notification == nullptr || notification->active == 0)
        return false;
    if (owes_nobody)
        sched::give_back(cpu, thread);
    give_signal(thread, notification->flags);
    notification->flags = 0;
    set_pending(*notification, false);
    lend_context(*notification, thread);
    return true;
}

void bind(Thread& thread, Notification& notification) {
    thread.notification = &notification;
    notification.bound = &thread;
    set_pending(notification, notification.active != 0);
}

void unbind(Thread& thread) {
    Notification* notification = thread.notification;
    if (notification == nullptr)
        return;
    thread.notification = nullptr;
    thread.gate &= ~Gate::signal_pending;
    notification->bound = nullptr;
}

bool cancel_some(Cpu& cpu, Notification& notification) {
    for (unsigned i = 0; i < sched::woken_at_once; ++i) {
        Thread* thread = queue_first(notification.head);
        if (thread == nullptr)
            break;
        queue_remove(notification.head, *thread);
        fail(cpu, *thread, Error::canceled);
    }
    if (queue_first(notification.head) != nullptr)
        return false;
    if (notification.bound != nullptr)
        unbind(*notification.bound);
    if (notification.sched_context != nullptr) {
        notification.sched_context->notification = nullptr;
        notification.sched_context = nullptr;
    }
    return true;
}

} // namespace kernel::ipc
