// SPDX-License-Identifier: BSD-2-Clause
// Time partitions: the switch from slot to slot.
#include <generic/contract/cpu.hpp>
#include <generic/sched/partition.hpp>
#include <generic/sched/ready_queue.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::sched {

namespace {

/// What runs goes to the place of what is stopped, what is started comes into its place.
template <class T>
[[gnu::always_inline]] inline void pass_on(T& stopped, T& running, T& started) {
    stopped = running;
    running = started;
    started = T{};
}

/// Of the priorities by 32 those where there is something: at most some 1,600 instructions.
void exchange(ReadyQueue& stopped, ReadyQueue& running, ReadyQueue& started) {
    for (unsigned word = 0; word < cobnut::priority_count / 32; ++word) {
        if ((running.occupied[word] | started.occupied[word]) == 0)
            continue;
        pass_on(stopped.occupied[word], running.occupied[word], started.occupied[word]);
        Thread** stops = stopped.first + word * 32;
        Thread** runs = running.first + word * 32;
        Thread** starts = started.first + word * 32;
        for (Thread** const end = runs + 32; runs != end; stops += 4, runs += 4, starts += 4) {
            pass_on(stops[0], runs[0], starts[0]);
            pass_on(stops[1], runs[1], starts[1]);
            pass_on(stops[2], runs[2], starts[2]);
            pass_on(stops[3], runs[3], starts[3]);
        }
    }
    pass_on(stopped.summary, running.summary, started.summary);
}

/// From now on threads of `partition` run. The current one goes to the front of its queue.
void activate(Cpu& cpu, unsigned partition) {
    put_back(cpu);
    ReadyQueue* ready = kernel_state.partitions.ready;
    const unsigned before = partition_of(cpu.gate);
    if (partition != before)
        exchange(ready[before], cpu.ready, ready[partition]);
    const uint32_t fields = Gate::priority_mask | Gate::partition_mask << Gate::partition_shift;
    cpu.gate = (cpu.gate & ~fields) | partition << Gate::partition_shift | highest_ready(cpu.ready);
    cpu.reschedule = true;
}

/// Nobody runs. The flush is part of the pad: no interrupt could make anybody run before its end.
void begin_pad(Cpu& cpu) {
    activate(cpu, Partitions::nobody);
    arch::flush_for_partition();
}

} // namespace

void set_partition_schedule(Cpu& cpu, const Partitions::Slot* slots, unsigned count, Ticks pad) {
    Partitions& partitions = kernel_state.partitions;
    for (unsigned i = 0; i < count; ++i)
        partitions.slots[i] = slots[i];
    partitions.count = count;
    partitions.current = count - 1;
    partitions.pad = pad;
    partitions.padding = true;
    partitions.until = time(cpu) + pad;
    begin_pad(cpu);
    if (count == 0)
        activate(cpu, 0);
}

void set_partition(Cpu& cpu, Thread& thread, unsigned partition) {
    const bool queued = thread.queued != 0;
    if (queued)
        dequeue(cpu, thread);
    thread.gate = (thread.gate & ~(Gate::partition_mask << Gate::partition_shift)) |
                  partition << Gate::partition_shift;
    if (queued || &thread == cpu.current)
        make_ready(cpu, thread);
    if (&thread == cpu.current)
        put_back(cpu);
    cpu.reschedule = true;
}

void partition_timer(Cpu& cpu) {
    Partitions& partitions = kernel_state.partitions;
    if (partitions.count == 0 || time(cpu) < partitions.until)
        return;
    partitions.padding = !partitions.padding;
    if (partitions.padding) {
        partitions.until += partitions.pad;
        begin_pad(cpu);
        return;
    }
    if (++partitions.current == partitions.count)
        partitions.current = 0;
    const Partitions::Slot& slot = partitions.slots[partitions.current];
    partitions.until += slot.length;
    if (partitions.until <= time(cpu)) // the machine was stopped: the cycle goes on from here
        partitions.until = time(cpu) + slot.length;
    activate(cpu, slot.partition);
}

} // namespace kernel::sched
