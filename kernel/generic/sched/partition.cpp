// SPDX-License-Identifier: BSD-2-Clause
// Time partitions: the switch from slot to slot.
#include <generic/contract/cpu.hpp>
#include <generic/sched/partition.hpp>
#include <generic/sched/ready_queue.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::sched {

namespace {

/// Exchanges two queues; only the rings that are there are looked at.
void exchange(ReadyQueue& one, ReadyQueue& other) {
    for (unsigned word = 0; word < cobnut::priority_count / 32; ++word) {
        uint32_t bits = one.occupied[word] | other.occupied[word];
        while (bits != 0) {
            const auto bit = 31u - static_cast<unsigned>(__builtin_clz(bits));
            bits &= ~(uint32_t{1} << bit);
            const unsigned priority = word * 32 + bit;
            Thread* first = one.first[priority];
            one.first[priority] = other.first[priority];
            other.first[priority] = first;
        }
        const uint32_t occupied = one.occupied[word];
        one.occupied[word] = other.occupied[word];
        other.occupied[word] = occupied;
    }
    const uint32_t summary = one.summary;
    one.summary = other.summary;
    other.summary = summary;
}

/// From now on threads of `partition` run. The current one goes to the front of its queue.
void activate(Cpu& cpu, unsigned partition) {
    put_back(cpu);
    // What lies in the table for the partition that runs is empty.
    ReadyQueue* ready = kernel_state.partitions.ready;
    exchange(cpu.ready, ready[partition_of(cpu.gate)]);
    exchange(cpu.ready, ready[partition]);
    const uint32_t fields = Gate::priority_mask | Gate::partition_mask << Gate::partition_shift;
    cpu.gate = (cpu.gate & ~fields) | partition << Gate::partition_shift | highest_ready(cpu.ready);
    cpu.reschedule = true;
}

} // namespace

void set_partition_schedule(Cpu& cpu, const Partitions::Slot* slots, unsigned count, Ticks pad) {
    Partitions& partitions = kernel_state.partitions;
    for (unsigned i = 0; i < count; ++i)
        partitions.slots[i] = slots[i];
    partitions.count = count;
    partitions.current = 0;
    partitions.pad = pad;
    partitions.padding = false;
    partitions.until = time(cpu) + slots[0].length;
    activate(cpu, count == 0 ? 0 : slots[0].partition);
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
        activate(cpu, Partitions::nobody);
        arch::flush_for_partition();
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
