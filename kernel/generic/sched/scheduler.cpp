// SPDX-License-Identifier: BSD-2-Clause
// Who runs: scheduling contexts, budgets, and the switch between threads.
#include <generic/base/multiply.hpp>
#include <generic/base/panic.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/timer.hpp>
#include <generic/debug/debugger.hpp>
#include <generic/debug/invariant.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/ipc/fault.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/debug.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/notification.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/fpu.hpp>
#include <generic/sched/ready_queue.hpp>
#include <generic/sched/release_queue.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/mm/asid.hpp>
#include <generic/trace/record.hpp>

namespace kernel::sched {

namespace {

constexpr unsigned released_at_once = 2;

/// When the running context ends or the next waiting one begins.
Ticks next_deadline(const Cpu& cpu) {
    Ticks deadline = no_deadline;
    if (cpu.sched_context != nullptr)
        deadline = cpu.slice_end();
    if (cpu.release_root != nullptr && release_time(*cpu.release_root) < deadline)
        deadline = release_time(*cpu.release_root);
    if (partition_deadline() < deadline)
        deadline = partition_deadline();
    return deadline;
}

/// Programs the timer if that is for `latest` or before. Never for now: while release_due leaves some,
/// the timer would keep all other interrupts waiting.
[[gnu::noinline]] void program_timer(Cpu& cpu, Ticks latest) {
    Ticks deadline = next_deadline(cpu);
    if (deadline <= time(cpu))
        deadline = time(cpu) + kernel_state.least_ticks;
    if (deadline > latest)
        return;
    cpu.deadline = deadline;
    arch::set_deadline(deadline);
}

/// The timer is written only for an earlier deadline; one that has become needless costs a
/// spurious interrupt at most, a write may cost a firmware call.
void program_earlier(Cpu& cpu) {
    if (next_deadline(cpu) < cpu.deadline)
        program_timer(cpu, cpu.deadline - 1);
}

/// See Cpu::switch_until.
void allow_switches(Cpu& cpu) {
    const Ticks end = cpu.slice_end();
    const bool allowed = cpu.sched_context->slices != 0 && end - cpu.deadline < ~Word{0} >> 1;
    cpu.switch_until = allowed ? cpu.deadline : 0;
    cpu.end_slice(end);
}

/// What the running context has used since it was last charged, up to now.
Ticks uncharged(Cpu& cpu) {
    return time(cpu) + head_refill(*cpu.sched_context).amount - cpu.slice_end();
}
/// It has paid up to now.
void restart_slice(Cpu& cpu) {
    cpu.end_slice(time(cpu) + head_refill(*cpu.sched_context).amount);
}

/// See make_ready. `slept`: it did not merely wait for its refill, which would come later and later.
void admit(Cpu& cpu, Thread& thread, Place place, bool slept) {
    if (!is_willing(thread) || thread.queued != 0 || &thread == cpu.current)
        return;
    SchedContext* context = context_of(thread);
    if (context == nullptr || context->budget == 0 || context->released == 0)
        return;
    if (head_refill(*context).when > time(cpu)) {
        release_insert(cpu, *context);
        return;
    }
    if (slept && context != cpu.sched_context) // one that is lent on did not sleep
        unblock(*context, time(cpu));
    enqueue(cpu, thread, place);
    if (cpu.current == nullptr || thread.priority() > cpu.current->priority())
        cpu.reschedule = true;
}

/// Wakes the contexts whose refill has come, so few that it does not take long; see program_timer.
void release_due(Cpu& cpu) {
    for (unsigned n = 0; n < released_at_once && cpu.release_root != nullptr &&
                         release_time(*cpu.release_root) <= time(cpu);
         ++n) {
        SchedContext& context = *cpu.release_root;
        release_remove(cpu, context);
        if (context.thread != nullptr)
            admit(cpu, *context.thread, Place::back, false);
    }
}

/// Charges the running context for the time since it was last charged. If its budget is used up,
/// the thread that runs on it stops (or goes to the back). True if its timeout handler should
/// learn of it.
[[nodiscard]] bool charge_current(Cpu& cpu) {
    SchedContext* context = cpu.sched_context;
    if (context == nullptr)
        return false;
    const bool ends = charge(*context, uncharged(cpu), time(cpu), kernel_state.least_ticks);
    restart_slice(cpu);
    if (!ends)
        return false;
    cpu.reschedule = true;
    Thread* thread = context->thread;
    if (is_round_robin(*context)) {
        const bool queued = thread != nullptr && thread->queued != 0;
        if (queued)
            dequeue(cpu, *thread);
        if (queued || (thread != nullptr && thread == cpu.current && is_willing(*thread)))
            enqueue(cpu, *thread, Place::back);
        return false;
    }
    if (thread != nullptr && thread->queued != 0)
        dequeue(cpu, *thread);
    if (context->released == 0) // given up by yield: no timeout
        return false;
    release_insert(cpu, *context);
    return thread != nullptr && thread == cpu.current && is_willing(*thread);
}

void charge_and_report(Cpu& cpu) {
    if (charge_current(cpu))
        fault::deliver_timeout(cpu, *cpu.current, *cpu.sched_context);
}

void trace_switch(Cpu& cpu, const Thread* to) {
    if (to != cpu.current)
        trace::record(cpu, trace::TraceType::thread_switch, 0, cpu.current, to);
}

/// Makes `thread` the one that runs. It is in no queue and its context is released.
void switch_to(Cpu& cpu, Thread& thread) {
    SchedContext* context = context_of(thread);
    KERNEL_ASSERT(context != nullptr && context->released != 0);
    if (context != cpu.sched_context) {
        cpu.sched_context = context;
        restart_slice(cpu);
    }
    trace_switch(cpu, &thread);
    cpu.current = &thread;
    asid::activate(*thread.space);
    fpu::switch_to(cpu, thread);
    if ((thread.gate & Gate::traced) != 0 || cpu.debug_loaded)
        hardware_debug::switch_to(cpu, thread);
    const bool counters = (thread.gate & Gate::counters) != 0;
    if (counters != cpu.counters_open) {
        arch::set_counter_access(counters);
        cpu.counters_open = counters;
        cpu.gate = counters ? cpu.gate | Gate::counters : cpu.gate & ~Gate::counters;
    }
    const bool traced = (thread.gate & Gate::traced) != 0 || trace::is_running(cpu);
    cpu.gate = traced ? cpu.gate | Gate::traced_cpu : cpu.gate & ~Gate::traced_cpu;
}

bool can_continue(Cpu& cpu, const Thread* thread) {
    if (thread == nullptr || thread->queued != 0 || !is_willing(*thread))
        return false;
    const SchedContext* context = context_of(*thread);
    return context != nullptr && context->budget != 0 && context->released != 0 &&
           context->core == cpu.id && partition_of(thread->gate) == partition_of(cpu.gate);
}

/// Waits without a thread until one is ready; the time belongs to nobody.
void idle(Cpu& cpu) {
    trace_switch(cpu, nullptr);
    cpu.current = nullptr;
    cpu.sched_context = nullptr;
    asid::activate(kernel_state.empty_space);
    while (cpu.ready.summary == 0) {
        program_timer(cpu, cpu.deadline - 1);
        debug::limit_idle(cpu);
        arch::wait_for_interrupt();
        cpu.time_read = false;
        irq::handle_pending(cpu);
        release_due(cpu);
    }
}

} // namespace

Ticks time(Cpu& cpu) {
    if (!cpu.time_read) {
        cpu.time = arch::now();
        cpu.time_read = true;
    }
    return cpu.time;
}

Thread& enter(Cpu& cpu) {
    cpu.time_read = false;
    cpu.reschedule = false;
    Thread& current = *cpu.current;
    current.wait = Wait::nothing;
    current.sched_context = cpu.sched_context;
    cpu.sched_context->thread = &current;
    return current;
}

void make_ready(Cpu& cpu, Thread& thread, Place place) {
    admit(cpu, thread, place, true);
}

void make_unready(Cpu& cpu, Thread& thread) {
    if (thread.queued != 0)
        dequeue(cpu, thread);
    if (&thread == cpu.current)
        cpu.reschedule = true;
}

void put_back(Cpu& cpu) {
    Thread* current = cpu.current;
    if (current == nullptr)
        return;
    charge_and_report(cpu);
    cpu.current = nullptr;
    admit(cpu, *current, Place::front, false);
    cpu.current = current;
}

void give(SchedContext& context, Thread& thread) {
    KERNEL_ASSERT(context.thread == nullptr && context_of(thread) == nullptr);
    context.thread = &thread;
    thread.sched_context = &context;
    // It lent another with its call, which the fastpaths would give back: they leave full frames alone.
    if (thread.wait_kind() == Wait::reply)
        thread.make_frame_full();
}

void bind(SchedContext& context, Thread& thread) {
    give(context, thread);
    context.home = &thread;
    thread.own_context = &context;
}

void forget_home(SchedContext* context) {
    if (context == nullptr || context->home == nullptr)
        return;
    context->home->own_context = nullptr;
    context->home = nullptr;
}

void give_back(Cpu& cpu, Thread& thread) {
    SchedContext* context = context_of(thread);
    if (context == nullptr || context->home == &thread || context->notification != nullptr)
        return;
    Reply* top = context->top;
    Thread* owner = top == nullptr ? context->home : top->server;
    // Without one and with a caller to answer yet: the server has gone on to another Reply.
    if (owner == &thread || (owner == nullptr && top != nullptr))
        return;
    take(cpu, *context);
    if (owner == nullptr || context_of(*owner) != nullptr)
        return;
    give(*context, *owner);
    make_ready(cpu, *owner);
}

void take(Cpu& cpu, SchedContext& context) {
    Thread* thread = context.thread;
    if (&context == cpu.sched_context)
        (void)charge_current(cpu);
    if (thread == nullptr)
        return;
    make_unready(cpu, *thread);
    thread->sched_context = nullptr;
    context.thread = nullptr;
}

void lend(Cpu& cpu, Thread& from, Thread& to, bool returns) {
    SchedContext* context = context_of(from);
    KERNEL_ASSERT(context != nullptr && context_of(to) == nullptr);
    if (from.queued != 0)
        dequeue(cpu, from);
    from.sched_context = nullptr;
    to.sched_context = context;
    context->thread = &to;
    if (context->home == &from && to.own_context == nullptr && !returns) {
        forget_home(context);
        context->home = &to;
        to.own_context = context;
    }
    if (&from == cpu.current)
        cpu.reschedule = true;
}

void configure(Cpu& cpu, SchedContext& context, Ticks budget, Ticks period,
               unsigned max_refills) {
    if (&context == cpu.sched_context)
        (void)charge_current(cpu);
    if (context.released == 0)
        release_remove(cpu, context);
    Thread* thread = context.thread;
    if (thread != nullptr && thread->queued != 0)
        dequeue(cpu, *thread);
    const Ticks used = consumed(context);
    context.budget = budget;
    context.period = period;
    context.slices = period == 0 && budget <= ~Word{0} >> 1 ? 1 : 0;
    context.core = static_cast<uint16_t>(cpu.id);
    context.refill_max = static_cast<uint16_t>(max_refills);
    context.slice.amount = 0;
    reset_refills(context, time(cpu));
    set_consumed(context, used);
    if (&context == cpu.sched_context)
        restart_slice(cpu);
    if (thread != nullptr && thread != cpu.current)
        make_ready(cpu, *thread);
    else if (thread != nullptr)
        cpu.reschedule = true;
}

void yield(Cpu& cpu) {
    SchedContext& context = *cpu.sched_context;
    const Ticks now = time(cpu);
    const Ticks used = uncharged(cpu);
    cpu.reschedule = true;
    if (is_round_robin(context)) {
        context.account += used;
        reset_refills(context, now);
        restart_slice(cpu);
        enqueue(cpu, *cpu.current, Place::back);
        return;
    }
    // The rest of the head refill is given up: it counts as used, though not as consumed.
    const Ticks account = context.account + used;
    const Ticks rest = head_refill(context).amount;
    const bool stop = charge(context, used > rest ? used : rest, now, kernel_state.least_ticks);
    context.account = account;
    restart_slice(cpu);
    if (stop)
        release_insert(cpu, context);
    else
        enqueue(cpu, *cpu.current, Place::back);
}

uint64_t consumed_us(Cpu& cpu, SchedContext& context) {
    if (&context == cpu.sched_context)
        (void)charge_current(cpu);
    return scale(consumed(context), 1'000'000, arch::ticks_per_second());
}

void timer_fired(Cpu& cpu) {
    if (cpu.sched_context != nullptr &&
        time(cpu) >= cpu.slice_end())
        charge_and_report(cpu);
    release_due(cpu);
    partition_timer(cpu);
    cpu.reschedule = true;
    // Written in any case: the interrupt stays asserted until its deadline is replaced.
    program_timer(cpu, no_deadline);
}

bool forget(Cpu& cpu, SchedContext& context) {
    for (unsigned i = 0; i < 16 && context.top != nullptr; ++i) {
        Reply& reply = *context.top;
        context.top = reply.prev;
        forget_lent(*reply.caller);
        reply.prev = nullptr;
        reply.sched_context = nullptr;
    }
    if (context.top != nullptr)
        return false;
    take(cpu, context);
    if (context.notification != nullptr)
        context.notification->sched_context = nullptr;
    context.notification = nullptr;
    forget_home(&context);
    if (context.released == 0)
        release_remove(cpu, context);
    if (cpu.sched_context == &context)
        cpu.sched_context = nullptr;
    return true;
}

void set_priority(Cpu& cpu, Thread& thread, unsigned priority) {
    const bool queued = thread.queued != 0;
    if (queued)
        dequeue(cpu, thread);
    ipc::requeue_with_priority(thread, priority);
    if (kernel_state.progress_count != 0)
        ipc::cancel_if_due(cpu, thread);
    if (queued)
        enqueue(cpu, thread, Place::back);
    cpu.reschedule = true;
}

void leave(Cpu& cpu) {
    Thread* current = cpu.current;
    if (!can_continue(cpu, current) ||
        (cpu.reschedule && highest_ready(cpu.ready) > current->priority())) {
        charge_and_report(cpu);
        if (can_continue(cpu, current))
            enqueue(cpu, *current, Place::front);
        release_due(cpu);
        current = take_highest(cpu);
        if (current == nullptr) {
            idle(cpu);
            current = take_highest(cpu);
        }
        cpu.reschedule = true;
    }
    if (cpu.reschedule)
        switch_to(cpu, *current);
    program_earlier(cpu);
    allow_switches(cpu);
    go_on(cpu);
}

void go_on(Cpu& cpu) {
    debug::check_invariants(cpu);
    trace::record(cpu, trace::TraceType::exit, 0, cpu.current, cpu.current->registers.ip());
    arch::leave(*cpu.current);
}

void set_timer(Cpu& cpu) {
    // The end lies before switch_until, which the other half of slice_beyond does not tell.
    cpu.deadline = cpu.switch_until -= Word{0} - static_cast<Word>(cpu.slice_beyond);
    cpu.slice_beyond = 0;
    arch::set_deadline(cpu.deadline);
}

} // namespace kernel::sched
