// SPDX-License-Identifier: BSD-2-Clause
// Time partitions: in a slot of the cyclic schedule only threads of its partition run.
#pragma once

#include <generic/contract/timer.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread.hpp>

namespace kernel::sched {

constexpr unsigned partition_of(uint32_t gate) {
    return gate >> Gate::partition_shift & Gate::partition_mask;
}

/// The queue of a partition's ready threads.
inline ReadyQueue& queue_of(Cpu& cpu, unsigned partition) {
    return partition == partition_of(cpu.gate) ? cpu.ready
                                               : kernel_state.partitions.ready[partition];
}

/// When the slot or pad ends.
inline Ticks partition_deadline() {
    return kernel_state.partitions.count == 0 ? no_deadline : kernel_state.partitions.until;
}

/// Sets the cycle, which begins with the pad before its first slot; `count` 0: partition 0 runs always.
void set_partition_schedule(Cpu& cpu, const Partitions::Slot* slots, unsigned count, Ticks pad);

/// The thread belongs to `partition` from now on.
void set_partition(Cpu& cpu, Thread& thread, unsigned partition);

/// The timer has fired: the next slot, or the pad before it, if this one is over.
void partition_timer(Cpu& cpu);

/// The pad covers the longest stretch that the kernel cannot be interrupted in, in microseconds.
inline constexpr uint64_t min_pad_us = 50;

} // namespace kernel::sched
