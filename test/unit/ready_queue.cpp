// SPDX-License-Identifier: BSD-2-Clause
// The ready queue and its bitmap against 256 plain lists.
#include "kernel_memory.hpp"

#include <generic/sched/ready_queue.hpp>

#include <algorithm>
#include <deque>

namespace {

using namespace kernel;
using test::below;

struct Core {
    static constexpr unsigned count = 20;
    test::KernelMemory memory;
    Cpu& cpu = *memory.make<Cpu>();
    Thread* threads = memory.make<Thread>(count);
    std::deque<Thread*> model[cobnut::priority_count];

    Core() {
        for (unsigned i = 0; i < count; ++i)
            threads[i].next = threads[i].prev = &threads[i];
    }

    Thread* highest() const {
        for (unsigned priority = cobnut::priority_count; priority-- > 0;)
            if (!model[priority].empty())
                return model[priority].front();
        return nullptr;
    }
    void forget(Thread& thread) { std::erase(model[thread.priority()], &thread); }

    void check() const {
        const Thread* first = highest();
        REQUIRE(sched::highest_ready(cpu.ready) == (first == nullptr ? 0 : first->priority()));
        REQUIRE((cpu.gate & Gate::priority_mask) == sched::highest_ready(cpu.ready));
        REQUIRE((cpu.ready.summary == 0) == (first == nullptr));
        for (unsigned priority = 0; priority < cobnut::priority_count; ++priority) {
            const bool bit = (cpu.ready.occupied[priority / 32] >> (priority % 32) & 1) != 0;
            REQUIRE(bit == !model[priority].empty());
            const Thread* thread = cpu.ready.first[priority];
            for (const Thread* expected : model[priority]) {
                REQUIRE(thread == expected);
                REQUIRE(thread->queued == 1);
                thread = thread->next;
            }
            REQUIRE(thread == cpu.ready.first[priority]);
        }
    }
};

} // namespace

TEST_CASE("the ready queue gives the highest priority first and keeps order within one",
          "[scheduler]") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        Core core;
        test::Random random{seed};
        core.cpu.gate = Gate::counters | 3u << Gate::core_shift;
        for (unsigned round = 0; round < 400; ++round) {
            Thread& thread = core.threads[below(random, Core::count)];
            if (thread.queued == 0) {
                static constexpr unsigned priorities[] = {0, 1, 31, 32, 63, 128, 254, 255};
                thread.gate = (Gate::traced & 0) | priorities[below(random, 8)];
                auto& list = core.model[thread.priority()];
                if (below(random, 2) == 0) {
                    sched::enqueue(core.cpu, thread, sched::Place::front);
                    list.push_front(&thread);
                } else {
                    sched::enqueue(core.cpu, thread, sched::Place::back);
                    list.push_back(&thread);
                }
            } else if (below(random, 2) == 0) {
                sched::dequeue(core.cpu, thread);
                core.forget(thread);
            } else {
                Thread* expected = core.highest();
                REQUIRE(sched::take_highest(core.cpu) == expected);
                core.forget(*expected);
                REQUIRE(expected->queued == 0);
            }
            core.check();
        }
        REQUIRE((core.cpu.gate & ~Gate::priority_mask) ==
                (Gate::counters | 3u << Gate::core_shift));
    }
}

TEST_CASE("the gate lets a thread run exactly if no flag differs and nobody higher is ready",
          "[scheduler]") {
    for (uint32_t thread = 0; thread < 256; ++thread)
        for (uint32_t ready = 0; ready < 256; ++ready)
            REQUIRE(Gate::may_run(thread, ready) == (thread >= ready));
    const uint32_t base = 5u << Gate::core_shift | 2u << Gate::partition_shift;
    REQUIRE(Gate::may_run(base | 9, base | 9));
    for (unsigned bit = Gate::core_shift; bit < 32; ++bit) {
        REQUIRE(!Gate::may_run((base | 200) ^ 1u << bit, base | 100));
        REQUIRE(!Gate::may_run((base | 50) ^ 1u << bit, base | 100));
    }
    REQUIRE(!Gate::may_run(Gate::fpu_thread | 9, Gate::fpu_cpu | 9));
}
