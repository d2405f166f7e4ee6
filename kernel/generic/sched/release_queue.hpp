// SPDX-License-Identifier: BSD-2-Clause
// Scheduling contexts that wait for their next refill: a leftist heap, O(log n) without memory.
#pragma once

#include <generic/object/cpu.hpp>
#include <generic/object/sched_context.hpp>

namespace kernel::sched {

/// When the context may run again.
inline Ticks release_time(SchedContext& context) {
    return context.refills()[context.refill_head].when;
}

/// The context is not in the queue.
void release_insert(Cpu& cpu, SchedContext& context);
/// The context is in the queue.
void release_remove(Cpu& cpu, SchedContext& context);

} // namespace kernel::sched
