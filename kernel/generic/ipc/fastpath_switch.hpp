// SPDX-License-Identifier: BSD-2-Clause
// What the fastpaths share that switch to another thread on the kernel stack. They run before
// sched::enter, so what is void in a running thread is so for them too.
#pragma once

#include <generic/base/attributes.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/contract/fastpath.hpp>
#include <generic/contract/timer.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/ipc/slice_switch.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

namespace kernel::ipc {

/// Whether the core may go to a thread with that Gate.
KERNEL_HOT bool may_run(const Cpu& cpu, uint32_t gate) { return Gate::may_run(gate, cpu.gate); }
/// Whether its address space has an identifier.
KERNEL_HOT bool has_space(const Thread& thread) {
    if constexpr (static_cast<int32_t>(arch::asid_none) < 0)
        return static_cast<int32_t>(thread.space->asid) >= 0; // the cheapest test
    else
        return thread.space->asid != arch::asid_none;
}

[[nodiscard]] KERNEL_HOT bool may_switch(SliceSwitch& contexts, const Cpu& cpu, const Thread& to) {
    return contexts.possible(cpu, &to, arch::now);
}

/// Sets the timer for the end of the slice that has begun, then goes from the current thread to `to`, with the
/// registers that its object holds. For ways to which a call would cost something.
[[noreturn]] void go_with_timer(Thread* to);

/// The thread goes out of the queue of one ring, and runs next: what it waits for is void.
KERNEL_HOT void dequeue(Word& head, Thread& thread) {
    Thread* next = thread.next;
    if (next == &thread) [[likely]] {
        head = 0;
        return;
    }
    Thread* previous = thread.prev;
    previous->next = next;
    next->prev = previous;
    thread.next = thread.prev = &thread;
    if (queue_first(head) == &thread)
        head = reinterpret_cast<Word>(next) | (head & Endpoint::state_mask);
}

KERNEL_HOT bool has_buffers(const Thread& from, const Thread& to) {
    return from.buffer != nullptr && to.buffer != nullptr;
}

} // namespace kernel::ipc
