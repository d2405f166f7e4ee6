// SPDX-License-Identifier: BSD-2-Clause
// The threads of a core that could run but do not.
#include <generic/sched/ready_queue.hpp>

namespace kernel::sched {

namespace {

/// The Cpu's gate holds the highest priority that is ready in the partition that runs.
void update_gate(Cpu& cpu) {
    cpu.gate = (cpu.gate & ~Gate::priority_mask) | highest_ready(cpu.ready);
}

} // namespace

void enqueue(Cpu& cpu, Thread& thread, Place place) {
    ReadyQueue& queue = queue_of(cpu, partition_of(thread.gate));
    const unsigned priority = thread.priority();
    Thread* first = queue.first[priority];
    thread.queued = 1;
    if (first == nullptr) {
        thread.next = thread.prev = &thread;
        queue.first[priority] = &thread;
        queue.occupied[priority / 32] |= uint32_t{1} << (priority % 32);
        queue.summary |= uint32_t{1} << (priority / 32);
        update_gate(cpu);
        return;
    }
    thread.next = first;
    thread.prev = first->prev;
    first->prev->next = &thread;
    first->prev = &thread;
    if (place == Place::front)
        queue.first[priority] = &thread;
}

void dequeue(Cpu& cpu, Thread& thread) {
    ReadyQueue& queue = queue_of(cpu, partition_of(thread.gate));
    const unsigned priority = thread.priority();
    thread.queued = 0;
    if (thread.next == &thread) {
        queue.first[priority] = nullptr;
        queue.occupied[priority / 32] &= ~(uint32_t{1} << (priority % 32));
        if (queue.occupied[priority / 32] == 0)
            queue.summary &= ~(uint32_t{1} << (priority / 32));
        update_gate(cpu);
        return;
    }
    thread.next->prev = thread.prev;
    thread.prev->next = thread.next;
    if (queue.first[priority] == &thread)
        queue.first[priority] = thread.next;
    thread.next = thread.prev = &thread;
}

} // namespace kernel::sched
