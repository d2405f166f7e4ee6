// SPDX-License-Identifier: BSD-2-Clause
// The tour's step about time: two programs that compute for ever get the shares that their
// scheduling contexts say.

#include "tour.hpp"

#include <arch/machine.hpp>

namespace cobnut::tour {

namespace {

constexpr uint64_t period = 40'000; // microseconds
constexpr uint64_t budgets[2] = {8'000, 20'000};
constexpr uint64_t duration = 2'000; // milliseconds
constexpr uint64_t tolerance = 40;   // thousandths of the time
constexpr unsigned attempts = 3;     // an emulator that is itself held up spoils a measurement

} // namespace

bool Tour::show_shares() {
    CapIndex views = slots_.take(2);
    const Who workers[2] = {Who::first_worker, Who::second_worker};
    for (unsigned number = 0; number < 2; ++number) {
        ProcessPlan plan;
        plan.budget = budgets[number];
        plan.period = period;
        Process& worker = process(workers[number]);
        if (const Status status = create(workers[number], "worker", plan); !status.ok())
            return failed("a worker", status);
        const auto page = worker.map_new(ProcessLayout::shared, Rights::read_write());
        if (!page.ok())
            return failed("a worker's page", page.status());
        Status seen =
            node_.copy(views + number, word_bits, {node_.index, page->index}, Rights::read_only());
        if (seen.ok())
            seen = Frame(views + number)
                       .map(space_, window + (number + 1) * 4096, Rights::read_only(),
                            static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never);
        if (!seen.ok())
            return failed("the view of a worker's page", seen);
        if (const Status status = worker.start(0); !status.ok())
            return failed("a worker", status);
    }
    bool right = false;
    for (unsigned attempt = 0; attempt < attempts && !right; ++attempt)
        right = measure_shares();
    right = expect(right, "both shares are as configured");
    for (const Who who : workers)
        if (!process(who).destroy().ok())
            return expect(false, "a worker can be destroyed");
    slots_.give_back(views, 2);
    return right;
}

/// Init gets only the time that both leave over, and looks at the clock with it.
bool Tour::measure_shares() {
    SchedContext contexts[2] = {process(Who::first_worker).sched_context(),
                                process(Who::second_worker).sched_context()};
    set_own_priority(idle_priority);
    for (const SchedContext context : contexts)
        (void)context.consumed();
    const uint64_t start = arch::read_clock();
    uint64_t now = start;
    while (now - start < machine_.ticks(duration))
        now = arch::read_clock();
    uint64_t consumed[2] = {};
    for (unsigned number = 0; number < 2; ++number)
        if (const auto time = contexts[number].consumed(); time.ok())
            consumed[number] = *time;
    const uint64_t elapsed = machine_.milliseconds(now - start);
    set_own_priority(normal_priority);

    bool right = true;
    for (unsigned number = 0; number < 2; ++number) {
        const uint64_t configured = budgets[number] * 1000 / period;
        const uint64_t measured = consumed[number] / elapsed;
        const Word rounds = *reinterpret_cast<volatile Word*>(window + (number + 1) * 4096);
        say("   worker ", number + 1, ": ", budgets[number] / 1000, " of ", period / 1000,
            " ms, configured ", Tenths{configured}, " %, measured ", Tenths{measured}, " % over ",
            elapsed, " ms, ", rounds, " rounds\n");
        right &= measured + tolerance >= configured && measured <= configured + tolerance;
    }
    say("   tolerance: ", Tenths{tolerance}, right ? " points\n" : " points: out of it\n");
    return right;
}

} // namespace cobnut::tour
