// SPDX-License-Identifier: BSD-2-Clause
// The threads of a core that could run but do not: a ring per priority under a two-level bitmap.
#pragma once

#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::sched {

/// Highest priority that is ready; 0 also if nothing is.
inline unsigned highest_ready(const ReadyQueue& queue) {
    if (queue.summary == 0)
        return 0;
    const auto word = 31u - static_cast<unsigned>(__builtin_clz(queue.summary));
    return word * 32 + 31u - static_cast<unsigned>(__builtin_clz(queue.occupied[word]));
}

inline void update_gate(Cpu& cpu) {
    cpu.gate = (cpu.gate & ~Gate::priority_mask) | highest_ready(cpu.ready);
}

/// `thread` is in no queue and has a released context.
inline void enqueue(Cpu& cpu, Thread& thread, Place place) {
    ReadyQueue& queue = cpu.ready;
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

inline void dequeue(Cpu& cpu, Thread& thread) {
    ReadyQueue& queue = cpu.ready;
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

/// The first thread of the highest priority, taken out; null if nothing is ready.
inline Thread* take_highest(Cpu& cpu) {
    if (cpu.ready.summary == 0)
        return nullptr;
    Thread* thread = cpu.ready.first[highest_ready(cpu.ready)];
    dequeue(cpu, *thread);
    return thread;
}

} // namespace kernel::sched
