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

Ratio ticks_per_microsecond() {
    return {arch::ticks_per_second(), 1'000'000};
}

Failure bind_to_thread(Invocation& call, SchedContext& context, Thread& thread) {
    if (context.thread != nullptr || context.notification != nullptr ||
        context.home != nullptr || thread.own_context != nullptr ||
        sched::context_of(thread) != nullptr)
        return Error::in_use;
    sched::bind(context, thread);
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
    if (context.thread != nullptr || context.home != nullptr || context.notification != nullptr ||
        notification.sched_context != nullptr)
        return Error::in_use;
    context.notification = &notification;
    notification.sched_context = &context;
    return {};
}

Failure unbind(Invocation& call, SchedContext& context) {
    if (context.thread == nullptr && context.home == nullptr && context.notification == nullptr)
        return Error::not_bound;
    sched::take(call.cpu, context);
    sched::forget_home(&context);
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
    if (thread.queued == 0)
        return {};
    sched::dequeue(call.cpu, thread);
    if (thread.priority() == call.caller.priority()) {
        sched::enqueue(call.cpu, call.caller, sched::Place::front);
        call.cpu.reschedule = true;
    }
    sched::enqueue(call.cpu, thread, sched::Place::front);
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
    const Word flags = call.word_count > 6 ? call.words[6] : 0;
    if (flags > cobnut::SchedFlags::constant_bandwidth)
        return Failure(Error::invalid_argument, 6, flags);
    context.badge = call.words[5];
    const Ratio ticks = ticks_per_microsecond();
    sched::configure(call.cpu, context, ticks.of(budget), budget == period ? 0 : ticks.of(period),
                     flags != 0 ? 1 : static_cast<unsigned>(call.words[4]) + 2);
    return {};
}

Failure set_partition(Invocation& call) {
    if (call.words[0] >= cobnut::partition_count)
        return Failure(Error::out_of_range, 0, cobnut::partition_count - 1);
    sched::set_partition(call.cpu, *call.capabilities[0]->pointer<Thread>(),
                         static_cast<unsigned>(call.words[0]));
    return {};
}

Failure set_schedule(Invocation& call) {
    const Word pad = call.words[0];
    const Word count = call.words[1];
    if (count > cobnut::partition_slot_count)
        return Failure(Error::out_of_range, 0, cobnut::partition_slot_count);
    if (call.word_count < 2 + 2 * count)
        return Error::truncated_message;
    if (count > 0 && (pad < sched::min_pad_us || pad > max_period_us))
        return Failure(Error::time_out_of_range, sched::min_pad_us,
                       static_cast<Word>(max_period_us));
    // Seventeen times all bits of a Ratio would take long; so it is exact to a 65536th of a tick a microsecond.
    const uint64_t ratio = ticks_per_microsecond().of(1 << 16);
    const auto ticks = [ratio](Word microseconds) { return Ticks{ratio * microseconds >> 16}; };
    Partitions::Slot slots[cobnut::partition_slot_count] = {};
    for (unsigned i = 0; i < count; ++i) {
        const Word partition = call.words[2 + 2 * i];
        const Word length = call.words[3 + 2 * i];
        if (partition >= cobnut::partition_count)
            return Failure(Error::out_of_range, 0, cobnut::partition_count - 1);
        if (length < sched::min_pad_us || length > max_period_us)
            return Failure(Error::time_out_of_range, sched::min_pad_us,
                           static_cast<Word>(max_period_us));
        slots[i] = {ticks(length), static_cast<uint8_t>(partition)};
    }
    sched::set_partition_schedule(call.cpu, slots, static_cast<unsigned>(count), ticks(pad));
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
        call.answer_wide(sched::consumed_us(call.cpu, context));
        sched::set_consumed(context, 0);
        return {};
    case Method::sched_context_yield_to:
        return yield_to(call, context);
    default:
        return Error::invalid_method;
    }
}

Failure invoke_sched_control(Invocation& call) {
    switch (call.method) {
    case Method::sched_control_configure:
        return configure(call);
    case Method::sched_control_set_partition:
        return set_partition(call);
    case Method::sched_control_set_schedule:
        return set_schedule(call);
    default:
        return Error::invalid_method;
    }
}

} // namespace kernel
