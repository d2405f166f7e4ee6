// SPDX-License-Identifier: BSD-2-Clause
// The threads of a core that could run but do not: a ring per priority under a two-level bitmap.
#pragma once

#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>
#include <generic/sched/partition.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::sched {

/// Highest priority that is ready; 0 also if nothing is.
inline unsigned highest_ready(const ReadyQueue& queue) {
    if (queue.summary == 0)
        return 0;
    const auto word = 31u - static_cast<unsigned>(__builtin_clz(queue.summary));
    return word * 32 + 31u - static_cast<unsigned>(__builtin_clz(queue.occupied[word]));
}

/// `thread` is in no queue and has a released context.
void enqueue(Cpu& cpu, Thread& thread, Place place);
/// `thread` is in the ready queue.
void dequeue(Cpu& cpu, Thread& thread);

/// The first thread of the highest priority of the partition that runs, taken out; null if nothing
/// is ready.
inline Thread* take_highest(Cpu& cpu) {
    ReadyQueue& queue = cpu.ready;
    if (queue.summary == 0)
        return nullptr;
    Thread* thread = queue.first[highest_ready(queue)];
    dequeue(cpu, *thread);
    return thread;
}

} // namespace kernel::sched
