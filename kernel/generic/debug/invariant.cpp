// SPDX-License-Identifier: BSD-2-Clause
// What must hold whenever the kernel is left. All objects are checked by the host's tests; here
// only what is found from the core in bounded time.
#include <generic/base/panic.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/debug/invariant.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/sched/ready_queue.hpp>

namespace kernel::debug::detail {

namespace {

/// Not KERNEL_ASSERT: this file is compiled in every variant, and linked where it is called.
#define KERNEL_MUST(condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fatal("invariant: " #condition);                                                       \
    } while (false)

constexpr unsigned longest_ring = 64; ///< Threads of a priority that are looked at.

void check_ring(const Thread& first, unsigned priority) {
    const Thread* thread = &first;
    for (unsigned i = 0; i < longest_ring; ++i) {
        KERNEL_MUST(thread->queued != 0);
        KERNEL_MUST(thread->priority() == priority);
        KERNEL_MUST(thread->wait == Wait::nothing);
        KERNEL_MUST((thread->gate & Gate::suspended) == 0);
        KERNEL_MUST(thread->next->prev == thread && thread->prev->next == thread);
        thread = thread->next;
        if (thread == &first)
            return;
    }
}

} // namespace

void check_current(const Cpu& cpu) {
    const Thread& current = *cpu.current;
    KERNEL_MUST(current.queued == 0);
    KERNEL_MUST(current.wait == Wait::nothing);
    KERNEL_MUST((current.gate & Gate::suspended) == 0);
    KERNEL_MUST(current.reply != nullptr && current.space != nullptr);
    KERNEL_MUST(cpu.sched_context != nullptr);
    KERNEL_MUST(cpu.sched_context->thread == &current);
    KERNEL_MUST((cpu.gate & Gate::priority_mask) == sched::highest_ready(cpu.ready));
    KERNEL_MUST(cpu.wants_restart == Repeat::nothing);
    KERNEL_MUST(kernel_state.scratch->empty());
}

void check_queues(const Cpu& cpu) {
    for (unsigned priority = 0; priority < cobnut::priority_count; ++priority) {
        const Thread* first = cpu.ready.first[priority];
        const bool marked = (cpu.ready.occupied[priority / 32] >> (priority % 32) & 1) != 0;
        KERNEL_MUST(marked == (first != nullptr));
        if (first != nullptr)
            check_ring(*first, priority);
    }
    for (unsigned word = 0; word < cobnut::priority_count / 32; ++word)
        KERNEL_MUST((cpu.ready.summary >> word & 1) == (cpu.ready.occupied[word] != 0 ? 1u : 0u));
    KERNEL_MUST(kernel_state.no_reply.caller == nullptr);
    KERNEL_MUST(!kernel_state.empty_space.has_root());
}

} // namespace kernel::debug::detail
