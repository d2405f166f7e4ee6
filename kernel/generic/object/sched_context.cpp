// SPDX-License-Identifier: BSD-2-Clause
// SchedContext and SchedControl: their methods.
#include <generic/base/multiply.hpp>
#include <generic/contract/timer.hpp>
#include <generic/object/methods.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/ready_queue.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel {

namespace {

using cobnut::Method;

constexpr uint64_t max_period_us = uint64_t{60} * 60 * 1'000'000;

Ticks to_ticks(uint64_t microseconds) {
    return scale(microseconds, arch::ticks_per_second(), 1'000'000);
}

uint64_t to_microseconds(Ticks ticks) {
    return scale(ticks, 1'000'000, arch::ticks_per_second());
}

Failure bind_to_thread(Invocation& call, SchedContext& context, Thread& thread) {
    if (context.thread != nullptr || context.notification != nullptr ||
        sched::context_of(thread) != nullptr)
        return Error::in_use;
    sched::give(context, thread);
    sched::make_ready(call.cpu, thread);
    return {};
}

Failure bind(Invocation& call, SchedContext& context) {
    const Slot& slot = *call.capabilities[0];
    if (slot.type() == ObjectType::thread)
        return bind_to_thread(call, context, *slot.pointer<Thread>());
    if (slot.type() != ObjectType::notification)
        return Failure(Error::invalid_capability, 0);
    auto& notification = *slot.pointer<Notification>();
    if (context.thread != nullptr || context.notification != nullptr ||
        notification.sched_context != nullptr)
        return Error::in_use;
    context.notification = &notification;
    notification.sched_context = &context;
    return {};
}

Failure unbind(Invocation& call, SchedContext& context) {
    if (context.thread == nullptr && context.notification == nullptr)
        return Error::not_bound;
    sched::take(call.cpu, context);
    if (context.notification != nullptr)
        context.notification->sched_context = nullptr;
    context.notification = nullptr;
    return {};
}

Failure yield_to(Invocation& call, SchedContext& context) {
    if (context.thread == nullptr)
        return Error::not_bound;
    Thread& thread = *context.thread;
    if (thread.priority() > call.caller.priority())
        return Error::illegal_operation;
    if (thread.queued != 0) {
        sched::dequeue(call.cpu, thread);
        sched::enqueue(call.cpu, thread, sched::Place::front);
        // The caller goes behind it: it is queued at the front after the choice otherwise.
        if (thread.priority() == call.caller.priority())
            call.cpu.reschedule = true;
    }
    return {};
}

Failure configure(Invocation& call) {
    const Slot& slot = *call.capabilities[0];
    const uint64_t budget = call.wide(0);
    const uint64_t period = call.wide(2);
    if (budget < sched::min_budget_us || budget > max_period_us || period < budget ||
        period > max_period_us)
        return Failure(Error::time_out_of_range, sched::min_budget_us,
                       static_cast<Word>(max_period_us));
    auto& context = *slot.pointer<SchedContext>();
    const auto limit = static_cast<Word>(slot.badge);
    if (call.words[4] > limit - 2)
        return Failure(Error::out_of_range, 0, limit - 2);
    context.badge = call.words[5];
    sched::configure(call.cpu, context, to_ticks(budget),
                     budget == period ? 0 : to_ticks(period),
                     static_cast<unsigned>(call.words[4]) + 2);
    return {};
}

} // namespace

Failure invoke_sched_context(Invocation& call) {
    auto& context = *call.slot.pointer<SchedContext>();
    switch (call.method) {
    case Method::sched_context_bind:
        return bind(call, context);
    case Method::sched_context_unbind:
        return unbind(call, context);
    case Method::sched_context_consumed:
        sched::charge_now(call.cpu, context);
        call.answer_wide(to_microseconds(context.consumed));
        context.consumed = 0;
        return {};
    case Method::sched_context_yield_to:
        return yield_to(call, context);
    default:
        return Error::invalid_method;
    }
}

Failure invoke_sched_control(Invocation& call) {
    if (call.method == Method::sched_control_configure)
        return configure(call);
    return Error::invalid_method;
}

} // namespace kernel
