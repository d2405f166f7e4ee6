// SPDX-License-Identifier: BSD-2-Clause
// How a fastpath goes from the running scheduling context to one that a thread has of its own.
#pragma once

#include <generic/base/attributes.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

/// Both are round robin, nothing is due and the slice that is left does not end here. Exact: the
/// slow path would charge the same. All is counted from the timer, in Words also where these are half of a time:
/// slices fit into one (SchedContext::slice), and the running one ends behind the timer.
struct SliceSwitch {
    static constexpr bool wide = sizeof(Word) == sizeof(Ticks);

    SchedContext* to;
    Word since = 0;  ///< Cpu::switch_until: below 0, for that is to come.
    Word length = 0; ///< Of the slice that begins.

    /// Reads the clock; `next` has the context in `to`, which may be null or somebody else's.
    template <class Clock>
    [[nodiscard]] KERNEL_HOT bool possible(const Cpu& cpu, const Thread* next, Clock clock) {
        return to != nullptr && to->thread == next && possible(cpu, clock);
    }
    /// The same where the context is known to be the thread's.
    template <class Clock>
    [[nodiscard]] KERNEL_HOT bool possible(const Cpu& cpu, Clock clock) {
        const Ticks late = read(cpu, clock);
        return fits(late, since, length) || (length != 0 && static_cast<int64_t>(wide ? since : late) < 0);
    }
    /// The same if the timer comes soon enough for the slice that begins.
    template <class Clock>
    [[nodiscard]] KERNEL_HOT bool possible_behind_timer(const Cpu& cpu, const Thread* next, Clock clock) {
        if (to == nullptr || to->thread != next)
            return false;
        const Ticks late = read(cpu, clock);
        return fits(late, since, length);
    }

    /// Whether one of that length ends behind the timer, if it begins so much later than switch_until; `since` is
    /// the low Word of that. In one comparison: what is no slice has no length, and none fits when that is past
    /// or never.
    [[nodiscard]] KERNEL_HOT static bool fits(Ticks late, Word since, Word length) {
        return length + since < length && (wide || ~late >> 32 == 0);
    }

    /// Writes down whose the running context is, and what is left of its slice. True: the timer is set for
    /// later than the end of the slice that begins.
    KERNEL_HOT bool commit(Cpu& cpu, Thread* from) const {
        SchedContext* mine = cpu.sched_context;
        set_low_word(mine->slice.amount, left(cpu));
        return enter(cpu, from, mine);
    }
    /// The same where possible_behind_timer has been true: what it has loaded is not loaded again. In an order that
    /// takes few registers.
    KERNEL_HOT void commit_behind_timer(Cpu& cpu, Thread* from) const {
        const Word rest = left(cpu);
        set_low_word(cpu.slice_beyond, length + since);
        SchedContext* mine = cpu.sched_context;
        set_low_word(mine->slice.amount, rest);
        mine->thread = from;
        from->sched_context = mine;
        cpu.sched_context = to;
    }
    /// The same where nothing has been used of the slice of `mine`, the running context.
    KERNEL_HOT bool enter(Cpu& cpu, Thread* from, SchedContext* mine) const {
        mine->thread = from;
        from->sched_context = mine;
        const Word beyond = static_cast<Word>(to->slice.amount) + since;
        set_low_word(cpu.slice_beyond, beyond);
        cpu.sched_context = to;
        return static_cast<std::make_signed_t<Word>>(beyond) < 0; // sched::set_timer knows
    }

    /// Of the running context's slice.
    [[nodiscard]] KERNEL_HOT Word left(const Cpu& cpu) const {
        return static_cast<Word>(cpu.slice_beyond) - since;
    }

    /// A difference of which compilers would keep both parts.
    [[nodiscard]] KERNEL_HOT static Word one(Word difference) {
        asm("" : "+r"(difference));
        return difference;
    }

private:
    template <class Clock>
    [[nodiscard]] KERNEL_HOT Ticks read(const Cpu& cpu, Clock clock) {
        const Ticks late = clock() - cpu.switch_until;
        since = one(static_cast<Word>(late));
        length = static_cast<Word>(to->slice.amount);
        return late;
    }
};

} // namespace kernel::ipc
