// SPDX-License-Identifier: BSD-2-Clause
// Root task of the bench: the rows, or curves if the archive has a file of that name.

#include "curves.hpp"

namespace cobnut::bench {

namespace {

constexpr unsigned client_priority = Pair().priority;

constexpr Row rows[] = {
    {"call", "reply_recv", Operation::calls},
    {"round_trip", nullptr, Operation::round_trips},
    {"call_full", "reply_recv_full", Operation::calls, 0, {message_registers}},
    {"call_own_context", "reply_own_context", Operation::calls, client_priority},
    {"call_10_words", "reply_10_words", Operation::calls, 0, {10}},
    {"call_120_words", "reply_120_words", Operation::calls, 0, {max_message_words}},
    {"call_with_capability", nullptr, Operation::calls, 0, {0, 1}},
    {"send_switch", nullptr, Operation::sends, client_priority + 1},
    {"signal_idle", nullptr, Operation::signals},
    {"signal_lower", "signal_switch", Operation::signals_lower, client_priority - 1},
    {"irq", nullptr, Operation::interrupts, client_priority + 1, {}, 100},
    {"fault", "fault_reply", Operation::faults},
    {"yield_alone", nullptr, Operation::yields},
    {"yield_switch", nullptr, Operation::yields_switch, client_priority},
    {"null", nullptr, Operation::refused},
    {"map", "unmap", Operation::maps},
    {"change_rights", nullptr, Operation::rights},
    {"retype_page", nullptr, Operation::retypes, 0, {Given::device_memory}},
    {"retype_page_cleared", nullptr, Operation::retypes, 0, {Given::memory}},
};
constexpr Row apart_row = {"round_trip_apart", nullptr, Operation::round_trips};
constexpr Row fpu_row = {"call_fpu", "reply_fpu", Operation::calls};

} // namespace

class Bench : Curves {
public:
    void run(const BootInfo* info) {
        if (open(info))
            complain(archive_.find("curves").data.empty() ? measure_rows() : measure_curves());
        print("end of the bench\n"); // not every machine can be switched off
    }

private:
    Status measure_rows() {
        COBNUT_CHECK(measure({}, rows));
        COBNUT_CHECK(measure({.apart = true}, {&apart_row, 1}));
        if (machine_.info().fpu_thread_size_bits != 0)
            COBNUT_CHECK(measure({.fpu = true}, {&fpu_row, 1}));
        return {};
    }
};

constinit Bench the_bench;

} // namespace cobnut::bench

namespace cobnut {

void main(Word argument) {
    bench::the_bench.run(reinterpret_cast<const BootInfo*>(argument));
    (void)Firmware(slot(RootSlot::firmware)).power_off();
}

} // namespace cobnut
