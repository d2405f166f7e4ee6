// SPDX-License-Identifier: BSD-2-Clause
// How a fastpath goes from the running scheduling context to one that a thread has of its own.
#pragma once

#include <generic/base/attributes.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

/// Both are round robin, nothing is due and the slice that is left does not end here. Exact: the
/// slow path would charge the same. Where a Word is half of a time, lengths are Words all the same:
/// slices fit into one (SchedContext::slices), and the timer is due before the running one ends.
struct SliceSwitch {
    static constexpr bool wide = sizeof(Word) == sizeof(Ticks);

    SchedContext* to;
    Ticks now = 0;
    Word end = 0; ///< Of the slice that begins: when, or how far off where a Word is half of a time.

    /// Reads the clock; `next` has the context in `to`, which may be null or somebody else's.
    template <class Clock>
    [[nodiscard]] KERNEL_HOT bool possible(const Cpu& cpu, const Thread* next, Clock clock) {
        return to != nullptr && to->thread == next && possible(cpu, clock);
    }
    /// The same where the context is known to be the thread's.
    template <class Clock>
    [[nodiscard]] KERNEL_HOT bool possible(const Cpu& cpu, Clock clock) {
        if (to->slices == 0)
            return false;
        now = clock();
        return now < cpu.switch_until;
    }
    /// Whether the timer comes soon enough for the slice that begins or goes on now.
    [[nodiscard]] KERNEL_HOT bool ends_behind_timer(const Cpu& cpu) {
        end = slice();
        if constexpr (wide)
            return (end += now) >= cpu.deadline;
        else
            return end >= static_cast<Word>(cpu.deadline) - static_cast<Word>(now);
    }
    /// Whether a slice that begins now ends before the deadline, which is to come: by what is at hand anyway, or
    /// by what is half as long.
    [[nodiscard]] KERNEL_HOT static bool ends_early(Word slice, Ticks now, Ticks deadline) {
        if constexpr (wide)
            return now + slice < deadline;
        else
            return slice < static_cast<Word>(deadline) - static_cast<Word>(now);
    }

    /// Writes down whose the running context is, and what is left of its slice. True: the timer is set for
    /// later than the end of the slice that begins.
    KERNEL_HOT bool commit(Cpu& cpu, Thread* from) const {
        SchedContext* mine = cpu.sched_context;
        mine->refills()->set_slice(left(cpu));
        return enter(cpu, from, mine);
    }
    /// The same where ends_behind_timer has been true: what it has loaded is not loaded again. In an order that
    /// takes few registers.
    KERNEL_HOT void commit_behind_timer(Cpu& cpu, Thread* from) const {
        const Word rest = left(cpu);
        cpu.slice_end = wide ? end : now + end;
        SchedContext* mine = cpu.sched_context;
        mine->refills()->set_slice(rest);
        mine->thread = from;
        from->sched_context = mine;
        cpu.sched_context = to;
    }
    /// The same where nothing has been used of the slice of `mine`, the running context.
    KERNEL_HOT bool enter(Cpu& cpu, Thread* from, SchedContext* mine) const {
        mine->thread = from;
        from->sched_context = mine;
        const Word rest = slice();
        cpu.slice_end = now + rest;
        cpu.sched_context = to;
        return ends_early(rest, now, cpu.deadline);
    }

private:
    [[nodiscard]] KERNEL_HOT Word slice() const { return to->refills()->slice(); }
    /// Of the running context's slice.
    [[nodiscard]] KERNEL_HOT Word left(const Cpu& cpu) const {
        return static_cast<Word>(cpu.slice_end) - static_cast<Word>(now);
    }
};

} // namespace kernel::ipc
