// SPDX-License-Identifier: BSD-2-Clause
// Who runs: scheduling contexts, budgets, and the switch between threads.
#pragma once

#include <generic/object/cpu.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>

namespace kernel::sched {

/// First thing of every slow entry: writes down what the fastpaths leave to be written (who runs
/// on which context) and forgets the last entry's time.
Thread& enter(Cpu& cpu);

/// Time of this kernel entry; the clock is read once.
Ticks time(Cpu& cpu);

/// The context that `thread` runs on, or null.
[[nodiscard]] inline SchedContext* context_of(const Thread& thread) {
    SchedContext* context = thread.sched_context;
    return context != nullptr && context->thread == &thread ? context : nullptr;
}

/// A context that fastpaths have lent stays noted in who lent it. Not beyond the call: it may be destroyed then.
inline void forget_lent(Thread& caller) {
    if (context_of(caller) == nullptr)
        caller.sched_context = nullptr;
}

/// Whether nothing but a context could keep the thread from running.
[[nodiscard]] inline bool is_willing(const Thread& thread) {
    return thread.active != 0 && thread.wait == Wait::nothing &&
           (thread.gate & Gate::suspended) == 0;
}

enum class Place : uint8_t { front, back };

/// `thread` may have become able to run: queues it if it can, and lets it preempt. The partner of
/// a rendezvous that blocks the current thread goes to the front: it is the direct switch.
void make_ready(Cpu& cpu, Thread& thread, Place place = Place::back);
/// So many threads between two looks for interrupts: each may have a context full of replenishments.
inline constexpr unsigned woken_at_once = 3;
/// `thread` must not run (it blocks, is suspended, loses its context): out of the ready queue.
void make_unready(Cpu& cpu, Thread& thread);

/// The current thread goes to the front of its queue, if it could run; whoever is chosen runs next.
void put_back(Cpu& cpu);

/// Gives `context`, which nobody runs on, to a thread that has none. make_ready comes next.
void give(SchedContext& context, Thread& thread);
/// The same, and it is the thread's own from now on.
void bind(SchedContext& context, Thread& thread);
/// The context (which may be null) is nobody's own any more.
void forget_home(SchedContext* context);
/// Takes the context from whoever runs on it.
void take(Cpu& cpu, SchedContext& context);
/// Lends the context of `from` to `to`, which has none; for good unless it `returns`.
void lend(Cpu& cpu, Thread& from, Thread& to, bool returns);
/// `thread` is going to wait for a message and owes nobody an answer. A context that was lent to it
/// goes to the server of the call that it was lent with last, else to whom it is bound: the
/// ones that it should have gone back to are gone.
void give_back(Cpu& cpu, Thread& thread);

/// Sets budget and period (ticks; period 0: round robin) and starts afresh.
void configure(Cpu& cpu, SchedContext& context, Ticks budget, Ticks period, unsigned max_refills);

/// The current thread goes behind the others of its priority with a new slice (round robin), or
/// gives up the rest of its budget until the next refill.
void yield(Cpu& cpu);

/// Microseconds that the context has consumed since it was last asked, up to now.
[[nodiscard]] uint64_t consumed_us(Cpu& cpu, SchedContext& context);

/// The timer has fired.
void timer_fired(Cpu& cpu);

/// Removes every trace of a context that is being destroyed, a few links of its chain at a time.
/// True when done.
[[nodiscard]] bool forget(Cpu& cpu, SchedContext& context);

/// Changes the thread's priority wherever it is queued.
void set_priority(Cpu& cpu, Thread& thread, unsigned priority);

/// Last thing of every slow entry: picks the thread to run and leaves for user level.
[[noreturn]] void leave(Cpu& cpu);

/// The same after an entry that changes nothing of who runs, nor when the timer is due.
[[noreturn]] void go_on(Cpu& cpu);

/// For the fastpaths: a slice has begun that ends before the timer is due.
void set_timer(Cpu& cpu);

/// No budget or period is shorter, in microseconds; nor a remainder of a split refill.
inline constexpr uint64_t min_budget_us = 10;

} // namespace kernel::sched
