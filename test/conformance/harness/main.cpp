// SPDX-License-Identifier: BSD-2-Clause
// The root task of the conformance suite: runs the tests, prints TAP, switches the machine off.
#include "../test.hpp"
#include "domain.hpp"
#include "reference.hpp"
#include "wishes.hpp"

#include <arch/machine.hpp>
#include <cobnut/format/cpio.hpp>
#include <lib/names.hpp>
#include <lib/program.hpp>
#include <lib/result.hpp>

namespace conformance {

[[noreturn]] void domain_main(Word test, Word buffer);

namespace {

constexpr uint64_t timeout_milliseconds = 2000; // for an effort of 1
constexpr uint64_t tick_microseconds = 100000;
constexpr Word tick_badge = 4;

struct Outcome {
    Verdict verdict = Verdict::failed;
    const char* what = "";
    const char* file = "";
    Word line = 0;
    Word expected = 0;
    Word got = 0;
    Text why;
};

struct Skipped {
    const Test* test = nullptr;
    const char* why = nullptr;
};

struct Harness {
    Home home;
    Output output;
    DevicePool devices;
    UntypedPool pool;
    Program program;
    Shared shared;
    CapIndex reply = 0;
    CapIndex ticks = 0;
    Wishes wishes;
    uint64_t repeat = 1;
    Skipped untested[64];
    Reference reference;
    unsigned passed = 0, failed = 0, skipped = 0, number = 0;
};

constinit Harness harness;
constinit CapIndex tick_signal = 0;

[[noreturn]] void end_run() {
    const Firmware firmware(slot(RootSlot::firmware));
    if (harness.wishes.number("reset ", 0) != 0)
        (void)firmware.reset();
    (void)firmware.power_off();
    cobnut::stop();
}

[[noreturn]] void give_up(const char* why) {
    harness.output.line("Bail out! ", why);
    harness.output.line("conformance: ", harness.passed, " passed, ", harness.failed + 1,
                        " failed");
    end_run();
}

void check(const Status& status, const char* what) {
    if (!status.ok()) {
        harness.output.line("# ", what, ": ", name_of(status.error), " ", status.detail[0], " ",
                            status.detail[1]);
        give_up(what);
    }
}

CapIndex made(ObjectType type, unsigned bits = 0) {
    const CapIndex place = harness.home.slots.take();
    check(harness.home.memory.retype(type, bits, harness.home.node.index, place), "retype");
    return place;
}

/// Signals the harness again and again, so that it sees the time pass.
[[noreturn]] void tick(Word) {
    for (;;) {
        signal(tick_signal);
        yield();
    }
}

void start_ticking() {
    Home& home = harness.home;
    const Thread thread(made(ObjectType::thread));
    const SchedContext context(made(ObjectType::sched_context, sched_context_min_size_bits));
    const CapIndex notification = made(ObjectType::notification);
    tick_signal = home.slots.take();
    check(home.node.mint(tick_signal, word_bits, {home.node.index, notification},
                         Rights::write_only(), tick_badge), "mint");
    check(Thread(slot(RootSlot::thread)).bind_notification(cobnut::Notification(notification)),
          "bind the ticks");
    const Word guard = flat_guard(harness.home.machine.info().cnode_size_bits);
    check(thread.configure(guard, home.node, home.space, 0, Frame()), "configure the watchdog");
    check(thread.set_priority(254, 254, Thread(slot(RootSlot::thread))), "priority");
    check(SchedControl(slot(RootSlot::sched_control)).configure(context, 1000, tick_microseconds),
          "time of the watchdog");
    check(context.bind(thread), "bind the watchdog");
    check(thread.set_start(reinterpret_cast<Word>(&tick), areas[1].top(), 0, 0), "start");
    check(thread.resume(), "resume the watchdog");
}

const char* text_at(Word address) {
    return harness.program.holds(address) ? reinterpret_cast<const char*>(address) : "?";
}

const char* base_name(const char* path) {
    const char* name = path;
    for (; *path != '\0'; ++path)
        if (*path == '/')
            name = path + 1;
    return name;
}

/// A message on the report Endpoint. False: the test goes on.
bool understand(const Message& message, Outcome& outcome) {
    if (message.kind() == Kind::fault) {
        outcome = {Verdict::failed, "the test's thread faulted (words: label, ip; address or path)",
                   name_of(static_cast<FaultType>(message.label())), message.label(),
                   message.word(0), message.word(2), {}};
        return true;
    }
    outcome.verdict = static_cast<Verdict>(message.label() & ((1 << verdict_bits) - 1));
    if (harness.reference.takes(outcome.verdict, message))
        return false;
    outcome.line = message.label() >> verdict_bits;
    outcome.what = message.word(0) == 0 ? "" : text_at(message.word(0));
    outcome.file = outcome.line == 0 ? "" : text_at(message.word(1));
    outcome.expected = message.word(2);
    outcome.got = message.word(3);
    if (outcome.verdict != Verdict::note)
        return true;
    harness.output.line("# ", outcome.what, ": ", outcome.expected, " ", outcome.got);
    return false;
}

Outcome watch() {
    Outcome outcome;
    const uint64_t deadline =
        arch::read_clock() + harness.home.machine.ticks(timeout_milliseconds * handover.effort);
    Message message = cobnut::recv(harness.shared.report, harness.reply);
    for (;;) {
        if (message.kind() == Kind::signal) {
            if (arch::read_clock() > deadline) {
                outcome.what = "timed out";
                return outcome;
            }
            message = cobnut::recv(harness.shared.report, harness.reply);
        } else if (message.kind() == Kind::none) {
            outcome.what = "the harness received nothing";
            outcome.got = message.label();
            return outcome;
        } else if (understand(message, outcome)) {
            return outcome;
        } else {
            message = cobnut::reply_recv(harness.shared.report, Message(Tag(0, 0)), harness.reply);
        }
    }
}

/// For the host, which compares it with what the debug kernel told.
void tell_refusals(const Outcome& outcome) {
    if ((harness.home.machine.info().feature_flags & BootFeature::debug_kernel) == 0)
        return;
    if (outcome.verdict == Verdict::passed && *outcome.what != '\0')
        harness.output.line("# refusals not counted: ", outcome.what);
    else if (outcome.verdict == Verdict::passed || outcome.verdict == Verdict::skipped)
        harness.output.line("# refusals: ", outcome.got);
}

void print(const Test& test, const Outcome& outcome) {
    Output& output = harness.output;
    tell_refusals(outcome);
    if (outcome.verdict == Verdict::passed) {
        ++harness.passed;
        output.line("ok ", harness.number, " - ", test.rule);
    } else if (outcome.verdict == Verdict::skipped) {
        if (harness.skipped < sizeof harness.untested / sizeof harness.untested[0])
            harness.untested[harness.skipped] = {&test, outcome.what};
        ++harness.skipped;
        output.line("ok ", harness.number, " - ", test.rule, " # SKIP ", outcome.what);
    } else {
        ++harness.failed;
        output.line("not ok ", harness.number, " - ", test.rule);
        output.line("  ---");
        output.line("  what: ", outcome.what);
        output.line("  at: ", base_name(outcome.file), ":", outcome.line);
        output.line("  expected: ", Hex{outcome.expected});
        output.line("  got: ", Hex{outcome.got});
        output.line("  ...");
    }
}

/// What all tests together have shown.
void judge(const Test& test, Word number) {
    Outcome outcome;
    if (!harness.wishes.takes_all()) {
        outcome.verdict = Verdict::skipped;
        outcome.what = "not all tests were run";
    } else if (!harness.reference.judge(number & 0xffff, harness.home.machine, harness.output)) {
        outcome.what = "the reference and what the tests saw differ";
    } else {
        outcome.verdict = Verdict::passed;
    }
    print(test, outcome);
}

void run(const Test& test, Word number) {
    Home& home = harness.home;
    ++harness.number;
    if (test.run == nullptr)
        return judge(test, number);
    const SlotPool mark = home.slots;
    Outcome outcome;
    harness.shared.firmware = Text(test.rule).starts_with("firmware:");
    const Status status = make_domain(home, harness.program, harness.shared,
                                      reinterpret_cast<Word>(&domain_main), number);
    if (status.ok()) {
        outcome = watch();
    } else {
        outcome.what = "the domain could not be made";
        outcome.got = static_cast<Word>(status.error);
        outcome.expected = status.detail[0];
    }
    // A caller that still waits is gone with its thread; the report Endpoint is ours.
    const bool whole = destroy_domain(home, harness.shared);
    home.slots = mark;
    if (!whole && outcome.verdict == Verdict::passed) {
        outcome = {};
        outcome.what = "memory is missing after the test";
    }
    print(test, outcome);
    if (!whole)
        give_up("the slice of Untyped for tests cannot be had back");
}

/// RAM of which only Frames are made, if the machine has so much of it in one piece.
Untyped beyond_window(unsigned bits) {
    Home& home = harness.home;
    for (const BootRegion& region : home.machine) {
        if (region.kind != RegionKind::frames_only || region.size_bits < bits)
            continue;
        const CapIndex place = home.slots.take();
        if (home.machine.untyped(region).retype(ObjectType::untyped, bits, home.node.index, place).ok())
            return Untyped(place);
    }
    return {};
}

/// For the largest Frames.
Untyped large_memory() {
    if (const auto huge = harness.pool.take(30); huge.ok())
        return *huge;
    if (const Untyped huge = beyond_window(30))
        return huge;
    const auto large = harness.pool.take(25);
    return large.ok() ? *large : Untyped();
}

void set_up(Word boot_info) {
    Home& home = harness.home;
    home.machine = Machine(reinterpret_cast<const BootInfo*>(boot_info));
    if (!home.machine.valid())
        cobnut::stop();
    const BootInfo& info = home.machine.info();
    home.slots = SlotPool(info.free_slots_begin, info.free_slots_end);
    harness.pool = UntypedPool(home.node, home.slots);
    harness.devices = DevicePool(home.node, home.slots);
    for (const BootRegion& region : home.machine) {
        if (region.kind == RegionKind::untyped)
            (void)harness.pool.add(home.machine.untyped(region), region.size_bits);
        else if (region.kind == RegionKind::device)
            harness.devices.add(home.machine.untyped(region), region.address, region.size_bits);
    }
    const auto memory = harness.pool.take(21);
    if (!memory.ok())
        end_run();
    home.memory = *memory;
    if (!harness.output.open(home.machine, harness.devices, home.memory, home.node, home.slots))
        end_run();
    harness.output.line("TAP version 13");
    const auto slice = harness.pool.take(slice_bits);
    check(slice.status(), "memory for the tests");
    harness.shared.slice = *slice;
    harness.shared.large = large_memory();
    harness.shared.uart = harness.output.frame();
    harness.shared.report = made(ObjectType::endpoint);
    harness.reply = made(ObjectType::reply);
    const Wishes wishes(cpio::Archive(home.machine.archive()).find("options.txt").data.text());
    harness.wishes = wishes;
    harness.repeat = wishes.number("repeat ", 1);
    // Before the program is loaded: each domain's data is a copy of what stands here then.
    handover = {harness.output.console(), info.ticks_per_second, wishes.number("effort ", 1),
                wishes.number("seed ", 0)};
    if (const char* error = harness.program.load(home))
        give_up(error);
    start_ticking();
}

/// Device memory that no driver wants: some page of the first device Untyped.
void find_device() {
    for (const BootRegion& region : harness.home.machine) {
        if (region.kind != RegionKind::device || region.size_bits < 13)
            continue;
        const CapIndex place = harness.home.slots.take();
        if (harness.home.machine.untyped(region)
                .retype(ObjectType::untyped, 12, harness.home.node.index, place).ok()) {
            harness.shared.device = Untyped(place);
            return;
        }
    }
}

template <class Action>
void for_each_test(Action action) {
    for (size_t chapter = 0; chapter < chapter_count; ++chapter)
        for (size_t index = 0; index < chapters[chapter]->count; ++index)
            if (harness.wishes.takes(chapters[chapter]->tests[index].rule))
                action(chapters[chapter]->tests[index], chapter << 16 | index);
}

void tell_untested() {
    if (harness.wishes.takes_all())
        harness.reference.tell_untried(harness.home.machine, harness.output);
    const unsigned room = sizeof harness.untested / sizeof harness.untested[0];
    for (unsigned index = 0; index < harness.skipped && index < room; ++index)
        harness.output.line("# not tested here: ", harness.untested[index].test->rule, " (",
                            harness.untested[index].why, ")");
    if (harness.skipped != 0)
        harness.output.line("# skipped: ", harness.skipped);
}

} // namespace

void run_all(Word boot_info) {
    set_up(boot_info);
    find_device();
    uint64_t planned = 0;
    for_each_test([&](const Test&, Word) { planned += harness.repeat; });
    harness.output.line("1..", planned);
    for_each_test([](const Test& test, Word number) {
        for (uint64_t round = 0; round < harness.repeat; ++round)
            run(test, number);
    });
    tell_untested();
    harness.output.line("conformance: ", harness.passed, " passed, ", harness.failed, " failed");
    end_run();
}

/// Tells the harness of all answers that the domain got.
void report_answers(Verdict kind, const Answers& answers) {
    Received message;
    for (unsigned index = 0; index < Answers::count; ++index) {
        if (index < arch::message_registers)
            message.registers[index] = answers.row(index);
        else
            areas[0].local.buffer->words[index] = answers.row(index);
    }
    pass_on(Syscall::call, own::report, Tag(static_cast<Word>(kind), Answers::count), message);
}

/// The first thread of a test's domain.
void domain_main(Word test, Word buffer) {
    areas[0].local.buffer = reinterpret_cast<IpcBuffer*>(buffer);
    areas[0].local.thread = own::thread;
    areas[0].local.context = own::context;
    ipc_buffer_of_program = areas[0].local.buffer;
    chapters[test >> 16]->tests[test & 0xffff].run();
    report_answers(Verdict::expected, answers_expected);
    report_answers(Verdict::given, answers_given);
    finish(Verdict::passed);
}

} // namespace conformance

void cobnut::main(Word argument) {
    conformance::run_all(argument);
}
