// SPDX-License-Identifier: BSD-2-Clause
// trace: the last events, while a program has a trace running.
#include <generic/debug/command.hpp>
#include <generic/debug/print.hpp>

namespace kernel::debug {

namespace {

constexpr Word usual = 16;

void run(const Arguments& arguments) {
    const auto& trace = arguments.cpu.trace;
    if (trace.events == 0) {
        print("no trace runs\n");
        return;
    }
    const uint64_t head = trace.ring.count();
    const Word wanted = arguments.get(0, usual);
    uint64_t number = head > wanted ? head - wanted : 0;
    if (head - number > trace.ring.capacity())
        number = head - trace.ring.capacity();
    for (; number < head; ++number) {
        const cobnut::TraceEvent& event = trace.ring.at(number);
        const auto type = static_cast<unsigned>(event.type);
        // User level can write there too.
        print(Decimal{number}, " ", Decimal{event.time}, " ",
              type < cobnut::trace_type_count ? cobnut::trace_types[type].name : "spoilt", " ",
              Hex{event.detail}, " ", Hex{event.word[0]}, " ", Hex{event.word[1]}, "\n");
    }
}

} // namespace

constinit const Command trace_command{
    "trace", "[count]", "the last events, while a trace runs", run};

} // namespace kernel::debug
