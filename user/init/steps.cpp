// SPDX-License-Identifier: BSD-2-Clause
// The tour's first steps: the machine, the driver, calls while the driver dies and comes back.

#include "tour.hpp"

#include <arch/machine.hpp>
#include <lib/names.hpp>

namespace cobnut::tour {

namespace {

constexpr Word echo_calls = 100'000;

constexpr uint64_t mebibytes(uint64_t bytes) { return bytes >> 20; }

} // namespace

void Tour::step(const char* title, bool (Tour::*show)()) {
    say("\n", ++step_, ". ", title, "\n");
    const bool ok = (this->*show)();
    ++(ok ? passed_ : failed_);
    say("   ", ok ? "ok\n" : "FAILED\n");
}

void Tour::run() {
    say("\nThis is init, the first program. The kernel is done with booting and only serves calls "
        "now.\n");
    step("What init was given", &Tour::show_machine);
    step("A UART driver in user mode, its interrupts as notifications", &Tour::show_driver);
    step("Two clients call an echo server; the driver dies and comes back", &Tour::show_echo);
    step("A pager brings memory on demand", &Tour::show_pager);
    step("CPU time as two scheduling contexts say", &Tour::show_shares);
    step("A program without a capability for what it does", &Tour::show_offender);
    step("A program that reads through a null pointer", &Tour::show_null_reader);
    step("Everything is revoked", &Tour::show_revocation);
    say("\ntour: ", passed_, " passed, ", failed_, " failed\n");
}

bool Tour::failed(const char* what, const Status& status) {
    say("   ", what, ": ", name_of(status.error), " (", status.detail[0], ", ", status.detail[1],
        ")\n");
    return false;
}

bool Tour::expect(bool condition, const char* what) {
    if (!condition)
        say("   not so: ", what, "\n");
    return condition;
}

bool Tour::show_machine() {
    const BootInfo& info = machine_.info();
    uint64_t memory = 0;
    unsigned pieces = 0;
    unsigned devices = 0;
    for (const BootRegion& region : machine_) {
        if (region.kind == RegionKind::device) {
            ++devices;
        } else {
            memory += uint64_t{1} << region.size_bits;
            ++pieces;
        }
    }
    say("   Cobnut ", info.kernel_version, " on ", info.board, ", ", name_of(Isa{info.isa}), ", ",
        info.core_count, info.core_count == 1 ? " core\n" : " cores\n");
    say("   ", mebibytes(memory), " MiB of RAM as ", pieces, " Untypeds, device memory as ",
        devices, ", ", slots_.left(), " free capability slots\n");
    say("   programs in the archive:");
    for (const cpio::Entry& entry : archive_)
        say(" ", entry.name);
    say("\n");
    return expect(archive_.count() > 1, "the archive holds the programs") &&
           expect(pieces > 0, "there is memory");
}

bool Tour::show_driver() {
    if (const Status status = start_driver(); !status.ok())
        return failed("the driver", status);
    say("   this line was printed by uart-driver: init called it, it sleeps between interrupts\n");
    const Message answer = call(console_.index, Message::of(ConsoleProtocol::statistics));
    say("   it has printed ", answer.word(1), " characters with ", answer.word(2),
        " interrupts so far\n");
    return expect(answer.received() && answer.word(0) >= 1, "it printed a line") &&
           expect(answer.word(2) > 0, "it got interrupts");
}

Status Tour::echo_counts(Word counts[2]) {
    const Message answer = call(echo_.index, Message::of(EchoProtocol::statistics));
    if (!answer.received())
        return answer.error();
    counts[0] = answer.word(0);
    counts[1] = answer.word(1);
    return {};
}

/// Kills the driver. Init goes on only when nobody else can: when both clients are stuck in prints.
bool Tour::restart_driver(Word calls[2]) {
    Word before[2] = {};
    if (const Status status = echo_counts(before); !status.ok())
        return failed("the echo server", status);
    say("   init kills the driver: its memory is revoked, no call of it is left\n");
    driver_runs_ = false;
    if (const Status status = process(Who::driver).destroy(); !status.ok())
        return failed("the driver's end", status);
    set_own_priority(idle_priority);
    Word after[2] = {};
    const Status counted = echo_counts(after);
    const Status status = start_driver();
    set_own_priority(normal_priority);
    if (!status.ok())
        return failed("the driver", status);
    for (unsigned client = 0; client < 2; ++client)
        calls[client] = after[client] - before[client];
    return counted.ok();
}

bool Tour::show_echo() {
    if (const Status status = start_echo_server(); !status.ok())
        return failed("the echo server", status);
    for (const Who who : {Who::first_client, Who::second_client}) {
        const Word badge = who == Who::first_client ? 1 : 2;
        const Status created = create(who, "echo-client", ProcessPlan());
        if (!created.ok() ||
            !process(who).grant_badged(Given::service, echo_, Rights::call(), badge).ok())
            return failed("a client", created);
        if (const Status status = process(who).start(echo_calls << 2 | badge); !status.ok())
            return failed("a client", status);
    }
    const uint64_t start = arch::read_clock();
    unsigned halves = 0;
    unsigned done = 0;
    Word wrong = 0;
    Word repeated = 0;
    Word meanwhile[2] = {};
    while (done < 2) {
        const Message event = next_event();
        if (event.kind() != Kind::message) {
            describe_fault(event, processes_[event.badge < who_count ? event.badge : 0]);
            return false;
        }
        if (event.label() == Report::halfway && ++halves == 1 && !restart_driver(meanwhile))
            return false;
        if (event.label() == Report::done) {
            ++done;
            wrong += event.word(1);
            repeated += event.word(2);
        }
    }
    const uint64_t time = machine_.milliseconds(arch::read_clock() - start);
    Word counts[2] = {};
    if (const Status status = echo_counts(counts); !status.ok())
        return failed("the echo server", status);
    say("   while there was no driver the clients made ", meanwhile[0], " and ", meanwhile[1],
        " calls, then waited; ", repeated, " prints were cut off and repeated\n");
    say("   the server, which has no time of its own, counted ", counts[0], " and ", counts[1],
        " calls in ", time, " ms\n");
    return expect(counts[0] == echo_calls && counts[1] == echo_calls, "100,000 calls each") &&
           expect(wrong == 0, "every answer was right") &&
           expect(halves == 2, "both clients went on");
}

} // namespace cobnut::tour
