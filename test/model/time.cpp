// SPDX-License-Identifier: BSD-2-Clause
// Scheduling contexts and who runs (docs/manual/time.md). One tick of the simulated machine is a
// microsecond.
#include "system.hpp"

#include <algorithm>
#include <limits>

namespace model {

namespace {

constexpr Ticks least = 10; ///< Budget; also remainder of a replenishment.
constexpr Ticks longest = Ticks{60} * 60 * 1'000'000;
constexpr Ticks most_overrun = 16; ///< Budgets that one charge takes.

} // namespace

bool System::is_willing(Name name) const {
    const Thread& thread = threads.at(name);
    return thread.started && !thread.suspended && thread.wait == Wait::nothing;
}

bool System::is_queued(Name name) const {
    const auto queue = ready.find(threads.at(name).priority);
    return queue != ready.end() &&
           std::find(queue->second.begin(), queue->second.end(), name) != queue->second.end();
}

void System::enqueue_ready(Name name, bool front) {
    auto& queue = ready[threads.at(name).priority];
    queue.insert(front ? queue.begin() : queue.end(), name);
}

void System::dequeue_ready(Name name) {
    const auto queue = ready.find(threads.at(name).priority);
    std::erase(queue->second, name);
    if (queue->second.empty())
        ready.erase(queue);
}

unsigned System::highest_ready() const {
    return ready.rbegin()->first;
}

Name System::take_highest() {
    const Name name = ready.rbegin()->second.front();
    dequeue_ready(name);
    return name;
}

bool System::can_continue(Name name) const {
    const auto found = threads.find(name);
    if (found == threads.end() || is_queued(name) || !is_willing(name) ||
        found->second.context == 0)
        return false;
    const Context& context = contexts.at(found->second.context);
    return context.budget != 0 && !context.waiting;
}

/// Queues a thread that can run. `slept`: it did not merely wait for its replenishment.
void System::admit(Name name, bool front, bool slept) {
    if (name == current || !is_willing(name) || is_queued(name) || threads.at(name).context == 0)
        return;
    const Name context_name = threads.at(name).context;
    Context& context = contexts.at(context_name);
    if (context.budget == 0 || context.waiting)
        return;
    if (context.refills.front().when > now) {
        context.waiting = true;
        return;
    }
    if (slept && context_name != running_context)
        unblock(context);
    enqueue_ready(name, front);
}

void System::make_ready(Name name, bool front) {
    admit(name, front, true);
}

void System::make_unready(Name name) {
    if (is_queued(name))
        dequeue_ready(name);
}

/// Time that a thread slept through is not saved up for a burst.
void System::unblock(Context& context) {
    auto& refills = context.refills;
    if (context.period == 0 || refills.front().when >= now)
        return;
    if (context.limit == 1) {
        // A new period, unless what is left is less than its share of what is left of the old one.
        const Ticks elapsed = now - refills.front().when;
        if (elapsed >= context.period ||
            (refills.front().amount + 1) * context.period >=
                (context.period - elapsed) * context.budget)
            refills = {{now, context.budget}};
        return;
    }
    refills.front().when = now;
    while (refills.size() > 1 && refills[1].when <= now + refills[0].amount) {
        refills[1].amount += refills[0].amount;
        refills[1].when = now;
        refills.erase(refills.begin());
    }
}

namespace {

/// Time comes back; what follows the last replenishment without a gap, or finds no room, joins it.
void give_back_later(Context& context, Refill refill) {
    auto& refills = context.refills;
    if (!refills.empty()) {
        Refill& last = refills.back();
        if (refill.when <= last.when + last.amount) {
            last.amount += refill.amount;
            return;
        }
        if (refills.size() == context.limit) {
            last = {refill.when - last.amount, last.amount + refill.amount};
            return;
        }
    }
    refills.push_back(refill);
}

} // namespace

/// What is consumed comes back one period after it was begun to be used. True if there is nothing
/// left now.
bool System::charge(Context& context, Ticks used) {
    context.consumed += used;
    auto& refills = context.refills;
    if (context.period == 0) {
        if (used < refills.front().amount) {
            refills.front().amount -= used;
            return false;
        }
        refills = {{now, context.budget}};
        return true;
    }
    used = std::min(used, most_overrun * context.budget);
    if (context.limit == 1) {
        Refill& only = refills.front();
        while (used + least > only.amount) {
            used -= std::min(used, only.amount);
            only = {only.when + context.period, context.budget};
            if (used == 0)
                break;
        }
        only.amount -= used;
        return only.when > now;
    }
    while (used >= refills.front().amount) {
        const Refill first = refills.front();
        refills.erase(refills.begin());
        used -= first.amount;
        give_back_later(context, {first.when + context.period, first.amount});
    }
    if (used > 0) {
        const Refill later = {refills.front().when + context.period, used};
        refills.front() = {refills.front().when + used, refills.front().amount - used};
        give_back_later(context, later);
    }
    while (refills.size() > 1 && refills.front().amount < least) {
        refills[1] = {refills[1].when - refills[0].amount, refills[1].amount + refills[0].amount};
        refills.erase(refills.begin());
    }
    return refills.front().when > now;
}

/// The running context pays up to now. True if the current thread must stop for want of time.
bool System::charge_current() {
    if (running_context == 0)
        return false;
    Context& context = contexts.at(running_context);
    const Ticks used = now - charged_until;
    charged_until = now;
    if (!charge(context, used))
        return false;
    const Name thread = context.thread;
    const bool queued = thread != 0 && is_queued(thread);
    if (queued)
        dequeue_ready(thread);
    const bool runs = thread != 0 && thread == current && is_willing(thread);
    if (context.period == 0) { // the others of the priority take their turn
        if (queued || runs)
            enqueue_ready(thread, false);
        return false;
    }
    const bool waited = context.waiting;
    context.waiting = true;
    return runs && !waited;
}

void System::charge_and_report() {
    if (!charge_current())
        return;
    const Capability* handler = find(own_slot(current, timeout_handler));
    if (handler == nullptr || handler->type != ObjectType::endpoint)
        return;
    const Context& context = contexts.at(running_context);
    deliver_fault(current, FaultType::timeout, context.badge, context.consumed, 0, 0,
                  timeout_handler);
}

/// Contexts whose replenishment has come, the earliest first, two at a time.
void System::release_due() {
    for (unsigned n = 0; n < 2; ++n) {
        Name first = 0;
        for (const auto& [name, context] : contexts) {
            if (!context.waiting || context.refills.front().when > now)
                continue;
            const Ticks when = context.refills.front().when;
            if (first == 0 || when < contexts.at(first).refills.front().when ||
                (when == contexts.at(first).refills.front().when && goes_first &&
                 goes_first(context.thread, contexts.at(first).thread)))
                first = name;
        }
        if (first == 0)
            return;
        contexts.at(first).waiting = false;
        if (contexts.at(first).thread != 0)
            admit(contexts.at(first).thread, false, false);
    }
}

Ticks System::deadline() const {
    Ticks first = std::numeric_limits<Ticks>::max();
    if (running_context != 0)
        first = charged_until + contexts.at(running_context).refills.front().amount;
    for (const auto& [name, context] : contexts)
        if (context.waiting) {
            const Ticks when = context.refills.front().when;
            first = std::min(first, when <= now ? now + least : when);
        }
    return first;
}

void System::timer() {
    if (running_context != 0 &&
        now >= charged_until + contexts.at(running_context).refills.front().amount)
        charge_and_report();
    release_due();
    leave();
}

void System::switch_to(Name name) {
    const Name context = threads.at(name).context;
    if (context != running_context) {
        running_context = context;
        charged_until = now;
    }
    current = name;
}

/// Nobody is ready: time passes until somebody is.
void System::idle() {
    current = 0;
    running_context = 0;
    while (ready.empty()) {
        const Ticks next = deadline();
        if (next == std::numeric_limits<Ticks>::max())
            return;
        now = std::max(now, next);
        release_due();
    }
}

/// The current thread goes on if it can and nobody of higher priority is ready.
void System::leave() {
    const bool may = can_continue(current);
    if (may && (ready.empty() || highest_ready() <= threads.at(current).priority))
        return switch_to(current);
    charge_and_report();
    if (can_continue(current))
        enqueue_ready(current, true);
    release_due();
    if (ready.empty())
        idle();
    if (ready.empty())
        return;
    switch_to(take_highest());
}

void System::give(Name context, Name thread) {
    contexts.at(context).thread = thread;
    threads.at(thread).context = context;
}

void System::bind(Name context, Name thread) {
    give(context, thread);
    contexts.at(context).home = thread;
    threads.at(thread).own_context = context;
}

void System::forget_home(Name name) {
    if (name == 0 || contexts.at(name).home == 0)
        return;
    threads.at(contexts.at(name).home).own_context = 0;
    contexts.at(name).home = 0;
}

void System::take(Name name) {
    if (name == running_context)
        (void)charge_current();
    Context& context = contexts.at(name);
    if (context.thread == 0)
        return;
    make_unready(context.thread);
    threads.at(context.thread).context = 0;
    context.thread = 0;
}

void System::lend(Name from, Name to, bool returns) {
    const Name name = threads.at(from).context;
    Context& context = contexts.at(name);
    make_unready(from);
    threads.at(from).context = 0;
    threads.at(to).context = name;
    context.thread = to;
    if (context.home == from && threads.at(to).own_context == 0 && !returns) {
        forget_home(name);
        context.home = to;
        threads.at(to).own_context = name;
    }
}

/// A server that owes nobody an answer is about to wait on a context that was lent to it: who
/// should have had it back is gone, so the next outer server gets it, or whom it is bound to.
void System::give_back(Name name) {
    const Name context_name = threads.at(name).context;
    if (context_name == 0)
        return;
    Context& context = contexts.at(context_name);
    if (context.home == name || context.notification != 0)
        return;
    const Name top = context.calls.empty() ? 0 : context.calls.back();
    const Name owner = top == 0 ? context.home : replies.at(top).server;
    if (owner == name || (owner == 0 && top != 0))
        return;
    take(context_name);
    if (owner == 0 || threads.at(owner).context != 0)
        return;
    give(context_name, owner);
    make_ready(owner);
}

void System::configure(Name name, Ticks budget, Ticks period, unsigned limit) {
    if (name == running_context)
        (void)charge_current();
    Context& context = contexts.at(name);
    context.waiting = false;
    if (context.thread != 0)
        make_unready(context.thread);
    context.budget = budget;
    context.period = period;
    context.limit = limit;
    context.refills = {{now, budget}};
    if (context.thread != 0)
        make_ready(context.thread);
}

void System::yield() {
    Context& context = contexts.at(running_context);
    const Ticks used = now - charged_until;
    charged_until = now;
    if (context.period == 0) {
        (void)charge(context, used);
        context.refills = {{now, context.budget}};
        return enqueue_ready(current, false);
    }
    // The rest of the replenishment is given up: it counts as used, though not as consumed.
    const Ticks consumed = context.consumed + used;
    const bool stops = charge(context, std::max(used, context.refills.front().amount));
    context.consumed = consumed;
    if (stops)
        context.waiting = true;
    else
        enqueue_ready(current, false);
}

Ticks System::consumed(Name name) {
    if (name == running_context)
        (void)charge_current();
    return contexts.at(name).consumed;
}

void System::destroy_context(Name name) {
    Context& context = contexts.at(name);
    for (const Name reply : context.calls)
        replies.at(reply).context = 0;
    context.calls.clear();
    take(name);
    if (context.notification != 0)
        notifications.at(context.notification).context = 0;
    forget_home(name);
    if (running_context == name)
        running_context = 0;
}

void System::invoke_context(Call& call) {
    const Name name = call.invoked.object;
    Context& context = contexts.at(name);
    switch (call.method) {
    case Method::sched_context_bind: {
        const Capability& capability = slots.at(call.capabilities[0]);
        const bool bound = context.thread != 0 || context.home != 0 || context.notification != 0;
        if (capability.type == ObjectType::thread) {
            const Thread& thread = threads.at(capability.object);
            if (bound || thread.own_context != 0 || thread.context != 0)
                throw Refused{Error::in_use};
            bind(name, capability.object);
            return make_ready(capability.object);
        }
        if (capability.type != ObjectType::notification)
            throw Refused{Error::invalid_capability, 0};
        Notification& notification = notifications.at(capability.object);
        if (bound || notification.context != 0)
            throw Refused{Error::in_use};
        context.notification = capability.object;
        notification.context = name;
        return;
    }
    case Method::sched_context_unbind:
        if (context.thread == 0 && context.home == 0 && context.notification == 0)
            throw Refused{Error::not_bound};
        take(name);
        forget_home(name);
        if (context.notification != 0)
            notifications.at(context.notification).context = 0;
        context.notification = 0;
        return;
    case Method::sched_context_consumed:
        call.results = {consumed(name), 0};
        context.consumed = 0;
        return;
    case Method::sched_context_yield_to: {
        if (context.thread == 0)
            throw Refused{Error::not_bound};
        const Name thread = context.thread;
        if (threads.at(thread).priority > me().priority)
            throw Refused{Error::illegal_operation};
        if (!is_queued(thread))
            return;
        dequeue_ready(thread);
        if (threads.at(thread).priority == me().priority)
            enqueue_ready(current, true);
        return enqueue_ready(thread, true);
    }
    default:
        throw Refused{Error::invalid_method};
    }
}

void System::invoke_control(Call& call) {
    const auto& words = call.words;
    if (call.method != Method::sched_control_configure)
        throw Refused{Error::invalid_method};
    const Name name = slots.at(call.capabilities[0]).object;
    Context& context = contexts.at(name);
    const Ticks budget = words[0], period = words[2];
    if (budget < least || budget > longest || period < budget || period > longest)
        throw Refused{Error::time_out_of_range, least, longest};
    if (words[4] > context.room - 2)
        throw Refused{Error::out_of_range, 0, context.room - 2};
    const Word flags = words.size() > 6 ? words[6] : 0;
    if (flags > cobnut::SchedFlags::constant_bandwidth)
        throw Refused{Error::invalid_argument, 6, flags};
    context.badge = words[5];
    configure(name, budget, budget == period ? 0 : period,
              flags != 0 ? 1 : static_cast<unsigned>(words[4]) + 2);
}

} // namespace model
