// SPDX-License-Identifier: BSD-2-Clause
// Sporadic-server arithmetic on the refills of a scheduling context. Pure: no clock, no queue.
#pragma once

#include <generic/object/sched_context.hpp>

namespace kernel::sched {

inline Refill& head_refill(SchedContext& context) {
    return context.refills()[context.refill_head];
}

inline Refill& refill_at(SchedContext& context, unsigned n) {
    unsigned index = context.refill_head + n;
    if (index > context.refill_max)
        index -= context.refill_max;
    return context.refills()[index];
}

inline bool is_round_robin(const SchedContext& context) {
    return context.period == 0;
}

/// Its only refill is the rest of the budget of the period that began at `when`.
inline bool is_constant_bandwidth(const SchedContext& context) {
    return context.refill_max == 1;
}

/// Ticks consumed since it was last asked for. The rest of a slice is on the account too: a
/// fastpath that charges writes that rest and nothing else.
inline Ticks consumed(SchedContext& context) {
    return context.account - (is_round_robin(context) ? head_refill(context).amount : 0);
}
inline void set_consumed(SchedContext& context, Ticks ticks) {
    context.account = ticks + (is_round_robin(context) ? head_refill(context).amount : 0);
}

/// Sum of all refills; always the budget (time is conserved), but with constant bandwidth.
inline Ticks total_refills(SchedContext& context) {
    Ticks sum = 0;
    for (unsigned n = 0; n < context.refill_count; ++n)
        sum += refill_at(context, n).amount;
    return sum;
}

/// The refills are in order and do not overlap: none begins before the one before it could have
/// been used up. So no window of one period sees more than the budget, but for time that the thread
/// was ready and others ran.

/// The thread wakes: time that it slept through is not saved up for a burst, so what is there counts
/// from now on. With constant bandwidth a new period begins, unless what is left is less than that
/// share of what is left of the old one (the rule of Abeni and Buttazzo's server, RTSS 1998).
void unblock(SchedContext& context, Ticks now);

/// One refill with the whole budget, from `now`. What was consumed stays, if the period does.
void reset_refills(SchedContext& context, Ticks now);

/// Budgets that one charge takes at most. An emulator or firmware that holds the core for long
/// makes large ones, and what is not charged would be a gift.
inline constexpr Ticks max_overrun = 16;

/// Charges `used` ticks that ended at `now` and schedules their return one period after they
/// began to be available. A round-robin context gets its slice back when it is used up.
/// Remainders below `least` are merged with the next refill. True if the head is used up, so that
/// its owner must stop for now (round robin: go to the back).
[[nodiscard]] bool charge(SchedContext& context, Ticks used, Ticks now, Ticks least);

} // namespace kernel::sched
