// SPDX-License-Identifier: BSD-2-Clause
// Sporadic-server arithmetic on the refills of a scheduling context.
#include <generic/base/panic.hpp>
#include <generic/sched/budget.hpp>

namespace kernel::sched {

namespace {

Refill pop(SchedContext& context) {
    const Refill refill = head_refill(context);
    if (++context.refill_head > context.refill_max)
        context.refill_head = 1;
    --context.refill_count;
    return refill;
}

/// Appends. Time that follows the last refill without a gap joins it; so does what finds no room,
/// then all of it comes so late that none is early.
void push(SchedContext& context, Refill refill) {
    if (context.refill_count > 0) {
        Refill& last = refill_at(context, context.refill_count - 1u);
        const bool full = context.refill_count == context.refill_max;
        if (refill.when <= last.when + last.amount || full) {
            if (refill.when > last.when + last.amount)
                last.when = refill.when - last.amount;
            last.amount += refill.amount;
            return;
        }
    }
    refill_at(context, context.refill_count) = refill;
    ++context.refill_count;
}

/// The head joins the refill behind it, which begins so much earlier.
void merge_head(SchedContext& context) {
    const Refill small = pop(context);
    Refill& head = head_refill(context);
    head.amount += small.amount;
    head.when -= small.amount;
}

/// Whether using the rest of the budget in the rest of its period would exceed the bandwidth. Numbers
/// beyond 32 bits are rounded so that it is rather said to.
bool exceeds_bandwidth(const SchedContext& context, const Refill& head, Ticks now) {
    const Ticks elapsed = now - head.when;
    if (elapsed >= context.period)
        return true;
    unsigned shift = 0;
    while ((context.period >> shift) >> 32 != 0)
        ++shift;
    const Ticks left = (context.period - elapsed) >> shift;
    const Ticks rest = (head.amount >> shift) + 1;
    return rest * (context.period >> shift) >= left * (context.budget >> shift);
}

/// An overrun shortens the budget of the next period. True if that begins later than now.
bool charge_constant(SchedContext& context, Ticks used, Ticks now, Ticks least) {
    Refill& head = head_refill(context);
    while (used + least > head.amount) {
        used -= used < head.amount ? used : head.amount;
        head = {head.when + context.period, context.budget};
        if (used == 0)
            break;
    }
    head.amount -= used;
    return head.when > now;
}

} // namespace

void reset_refills(SchedContext& context, Ticks now) {
    const Ticks used = consumed(context);
    context.refill_head = context.slices != 0 ? 0 : 1;
    context.refill_count = 1;
    head_refill(context) = {now, context.budget};
    set_consumed(context, used);
}

void unblock(SchedContext& context, Ticks now) {
    Refill* head = &head_refill(context);
    if (is_round_robin(context) || head->when >= now)
        return;
    if (is_constant_bandwidth(context)) {
        if (exceeds_bandwidth(context, *head, now))
            reset_refills(context, now);
        return;
    }
    // All that is due by the end of the first joins it.
    Ticks amount = head->amount;
    const Refill* const last = context.refills() + context.refill_max;
    while (context.refill_count > 1) {
        Refill* next = head == last ? context.refills() + 1 : head + 1;
        if (next->when > now + amount)
            break;
        amount += next->amount;
        head = next;
        --context.refill_count;
    }
    context.refill_head = static_cast<uint16_t>(head - context.refills());
    *head = {now, amount};
}

bool charge(SchedContext& context, Ticks used, Ticks now, Ticks least) {
    if (is_round_robin(context)) {
        Refill& slice = head_refill(context);
        if (used < slice.amount) {
            slice.amount -= used;
            return false;
        }
        context.account += used;
        reset_refills(context, now);
        return true;
    }
    context.account += used;
    // An overrun is paid back out of the refills to come, but not for ever (the machine may have
    // been stopped): this also bounds the loop.
    if (used > max_overrun * context.budget)
        used = max_overrun * context.budget;
    if (is_constant_bandwidth(context))
        return charge_constant(context, used, now, least);
    while (used >= head_refill(context).amount) {
        Refill refill = pop(context);
        used -= refill.amount;
        refill.when += context.period;
        push(context, refill);
    }
    if (used > 0) {
        Refill& head = head_refill(context);
        const Refill later = {head.when + context.period, used};
        head.amount -= used;
        head.when += used;
        push(context, later);
    }
    while (context.refill_count > 1 && head_refill(context).amount < least)
        merge_head(context);
    return head_refill(context).when > now;
}

} // namespace kernel::sched
