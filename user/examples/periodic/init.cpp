// SPDX-License-Identifier: BSD-2-Clause
// Starts a thread that runs once in 20 ms, and compares what it took with the clock.
#include <lib/system.hpp>

namespace cobnut {

constinit System the_system;
constinit Component worker;

void main(Word argument) {
    constexpr Word rounds = 25;
    constexpr uint64_t period = 20; // milliseconds
    System& system = the_system;
    system.begin(argument);
    ProcessPlan plan;
    plan.period = period * 1000;
    plan.budget = 2'000;
    system.create(worker, "worker", plan);
    // Time is a right too: who may read the clock is said here.
    system.check(worker.thread().set_flags(0, ThreadFlags::counters), "the right to the clock");
    system.start(worker, rounds);
    const uint64_t measured = system.machine().milliseconds(system.next_report().word(0));
    const auto consumed = worker.sched_context().consumed();
    system.check(consumed.status(), "the time that it consumed");
    system.print(Word{rounds}, " periods of ", period, " ms took ", measured, " ms, of which it ran ",
                 *consumed / 1000, ".", *consumed / 100 % 10, " ms\n");
    system.expect(measured + 1 >= (rounds - 1) * period, "no period came early");
    system.expect(measured <= (rounds + 2) * period, "no period was left out");
    system.finish("periodic");
}

} // namespace cobnut
