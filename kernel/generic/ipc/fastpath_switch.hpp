// SPDX-License-Identifier: BSD-2-Clause
// What the fastpaths share that switch to another thread on the kernel stack. They run before
// sched::enter, so what is void in a running thread is so for them too.
#pragma once

#include <cobnut/abi/syscall.hpp>
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

/// Hides from the compiler how a value came about: it would compute it again, or test where it came from.
KERNEL_HOT void opaque(auto& value) { asm("" : "+r"(value)); }

/// Whether the core may go to a thread with that Gate.
KERNEL_HOT bool may_run(const Cpu& cpu, uint32_t gate) { return Gate::may_run(gate, cpu.gate); }
/// Whether its address space has an identifier.
KERNEL_HOT bool has_space(const Thread& thread) {
    if constexpr (static_cast<int32_t>(arch::asid_none) < 0)
        return static_cast<int32_t>(thread.space->asid) >= 0; // the cheapest test
    else
        return thread.space->asid != arch::asid_none;
}

/// What is recorded takes the slow path.
KERNEL_HOT bool is_recorded(const Cpu& cpu) {
    return trace::enabled && (cpu.gate & Gate::traced_cpu) != 0;
}

[[nodiscard]] KERNEL_HOT bool may_switch(SliceSwitch& contexts, const Cpu& cpu, const Thread& to) {
    return contexts.possible(cpu, &to, arch::FastPolicy::now_on_stack);
}

/// Sets the timer for the end of the slice that has begun, then goes from the current thread to `to`, with the
/// registers that its object holds. For ways to which a call would cost something.
[[noreturn]] void go_with_timer(Thread* to);
/// The same; it gets a signal, with the badge that its object holds.
[[noreturn]] void signal_with_timer(Thread* to);

/// The running thread goes to the front of the ready threads of its priority, which is the highest. `gate`: its.
KERNEL_HOT void enqueue_first(Cpu& cpu, Thread& thread, Word gate) {
    ReadyQueue& queue = cpu.ready;
    const Word priority = gate & Gate::priority_mask;
    Thread* first = queue.first[priority];
    thread.queued = 1;
    arch::FastPolicy::clear(thread.wait);
    static_assert(Wait::nothing == 0);
    if (first == nullptr) [[likely]] {
        const Word word = priority / 32;
        if constexpr (arch::FastPolicy::paths_apart)
            queue.summary |= uint32_t{1} << word; // in this order a register less
        queue.occupied[word] |= uint32_t{1} << (priority % 32);
        if constexpr (!arch::FastPolicy::paths_apart)
            queue.summary |= uint32_t{1} << word;
        cpu.gate = (cpu.gate & ~Gate::priority_mask) | static_cast<uint32_t>(priority);
    } else {
        thread.next = first;
        thread.prev = first->prev;
        first->prev->next = &thread;
        first->prev = &thread;
    }
    queue.first[priority] = &thread;
}

/// Whether `to` may preempt the running thread, whose gate this is, but for its address space.
KERNEL_HOT bool outranks(const Cpu& cpu, const Thread& to, uint32_t gate) {
    if constexpr (arch::FastPolicy::inserts_bytes)
        return Gate::may_preempt(to.gate, cpu.gate, gate);
    else
        return to.priority() > (gate & Gate::priority_mask) && may_run(cpu, to.gate);
}
KERNEL_HOT bool may_preempt(const Cpu& cpu, const Thread& to, uint32_t gate) {
    return outranks(cpu, to, gate) && has_space(to);
}

/// What a non-blocking send gives that went through.
KERNEL_HOT void put_answer(arch::Registers& registers) {
    registers.set_badge(0);
    registers.set_tag(cobnut::Tag::failure(Error::none).raw());
#pragma GCC unroll 8
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        registers.set_message(i, 0);
}

/// The thread goes out of the queue of one ring, and runs next: what it waits for is void.
KERNEL_HOT void dequeue(Word& head, Thread& thread) {
    Thread* next = thread.next;
    if (next == &thread) [[likely]] {
        arch::FastPolicy::clear(head);
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
