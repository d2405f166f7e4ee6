// SPDX-License-Identifier: BSD-2-Clause
// Reply objects and the chain along which a scheduling context is lent; Notifications
// (docs/manual/ipc.md, notifications.md).
#include "system.hpp"

#include <algorithm>

namespace model {

void System::offer_none(Name name) {
    Thread& thread = threads.at(name);
    if (thread.reply != 0)
        replies.at(thread.reply).server = 0;
    thread.reply = 0;
}

void System::offer(Name name, Name server) {
    Reply& reply = replies.at(name);
    if (reply.server == server)
        return;
    if (reply.server != 0)
        offer_none(reply.server);
    offer_none(server);
    reply.server = server;
    threads.at(server).reply = name;
}

void System::attach_caller(Name name, Name caller, Name server) {
    Reply& reply = replies.at(name);
    reply.caller = caller;
    reply.context = 0;
    const Name context = threads.at(caller).context;
    if (threads.at(server).context == 0 && context != 0) {
        reply.context = context;
        contexts.at(context).calls.push_back(name);
        lend(caller, server, true);
    } else {
        make_unready(caller);
    }
    threads.at(caller).wait = Wait::reply;
    threads.at(caller).waits_on = name;
}

/// The caller leaves the Reply and gets back what it lent, if no inner call has it.
void System::detach_caller(Name name, bool gives_back) {
    Reply& reply = replies.at(name);
    const Name caller = reply.caller;
    const Name context = reply.context;
    bool innermost = false;
    if (context != 0) {
        auto& calls = contexts.at(context).calls;
        innermost = calls.back() == name;
        std::erase(calls, name);
    }
    reply.context = 0;
    reply.caller = 0;
    threads.at(caller).wait = Wait::nothing;
    threads.at(caller).waits_on = 0;
    if (gives_back && innermost && threads.at(caller).context == 0) {
        take(context);
        give(context, caller);
    }
}

void System::answer_caller(Name name, bool grant) {
    const Name caller = replies.at(name).caller;
    if (caller == 0)
        throw Refused{Error::no_reply};
    Thread& thread = threads.at(caller);
    if (thread.fault != 0) {
        const Tag tag{me().registers.tag};
        if (tag.label() > static_cast<Word>(cobnut::FaultReply::stop))
            throw Refused{Error::invalid_argument};
        if (tag.length() >= 1)
            thread.registers.pc = me().registers.words[0];
        if (tag.length() >= 2)
            thread.registers.stack = me().registers.words[1];
        thread.fault = 0;
        if (tag.label() == static_cast<Word>(cobnut::FaultReply::stop))
            thread.suspended = true;
    } else {
        transfer(current, caller, 0, grant);
    }
    detach_caller(name, true);
    make_ready(caller, true);
}

void System::cancel_call(Name name, bool gives_back) {
    const Name caller = replies.at(name).caller;
    Thread& thread = threads.at(caller);
    const bool faulted = thread.fault != 0;
    detach_caller(name, gives_back);
    if (faulted)
        thread.suspended = true;
    else
        give_failure(thread, Error::canceled);
    make_ready(caller);
}

void System::destroy_reply(Name name) {
    if (replies.at(name).caller != 0)
        cancel_call(name, true);
    const Name server = replies.at(name).server;
    if (server == 0)
        return;
    offer_none(server);
    if (threads.at(server).wait == Wait::receive) {
        leave_queue(server);
        fail(server, Error::canceled);
    }
}

/// A passive thread that takes a signal runs on the Notification's context,
void System::lend_of_notification(Notification& notification, Name thread) {
    const Name context = notification.context;
    if (context != 0 && contexts.at(context).thread == 0 && threads.at(thread).context == 0)
        give(context, thread);
}

/// until it waits again.
void System::return_to_notification(Notification& notification, Name thread) {
    const Name context = notification.context;
    if (context != 0 && contexts.at(context).thread == thread)
        take(context);
}

void System::deliver_signal(Notification& notification, Name thread, Word flags) {
    give_signal(threads.at(thread), flags);
    threads.at(thread).wait = Wait::nothing;
    threads.at(thread).waits_on = 0;
    lend_of_notification(notification, thread);
    make_ready(thread);
}

void System::signal(Name name, Word flags) {
    Notification& notification = notifications.at(name);
    if (!notification.queue.empty()) {
        const Name waiter = notification.queue.front();
        leave_queue(waiter);
        return deliver_signal(notification, waiter, flags);
    }
    const Name bound = notification.bound;
    if (bound != 0 && threads.at(bound).wait == Wait::receive) {
        leave_queue(bound);
        return deliver_signal(notification, bound, flags);
    }
    notification.flags |= flags;
    notification.active = true;
}

void System::wait(Name name, bool block) {
    Notification& notification = notifications.at(name);
    if (notification.active) {
        give_signal(me(), notification.flags);
        notification.flags = 0;
        notification.active = false;
        return lend_of_notification(notification, current);
    }
    if (!block)
        return give_failure(me(), Error::would_block);
    return_to_notification(notification, current);
    me().wait = Wait::signal;
    me().waits_on = name;
    enqueue(notification.queue, current);
}

bool System::has_bound_signal() const {
    const Name name = threads.at(current).notification;
    return name != 0 && notifications.at(name).active;
}

/// One receive covers messages and the signals of the bound Notification.
bool System::take_bound_signal() {
    if (!has_bound_signal())
        return false;
    Notification& notification = notifications.at(me().notification);
    give_signal(me(), notification.flags);
    notification.flags = 0;
    notification.active = false;
    lend_of_notification(notification, current);
    return true;
}

void System::unbind_notification(Name name) {
    Thread& thread = threads.at(name);
    if (thread.notification != 0)
        notifications.at(thread.notification).bound = 0;
    thread.notification = 0;
}

} // namespace model
