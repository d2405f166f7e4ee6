// SPDX-License-Identifier: BSD-2-Clause
// Checks, objects, threads and mappings of a test.
#include "test.hpp"

#include <arch/machine.hpp>

namespace conformance {

alignas(64) Handover handover;

namespace {

constinit CapIndex next_slot = own::first_free;
constinit unsigned next_area = 1;
constinit CapIndex never = 0; // a Notification that nobody signals
constinit const char* uncounted = nullptr;

[[noreturn]] void worker_main(Word) {
    Local& mine = local();
    mine.entry(mine.argument);
    rest();
}

void write_registers(CapIndex thread, Word first, Words words, Location location) {
    Word values[4] = {};
    unsigned count = 0;
    for (const Word word : words)
        values[count++] = word;
    succeed("write registers of a new thread",
            count == 2 ? request(thread, Method::thread_write_registers,
                                 {0, first, 2, values[0], values[1]})
                       : request(thread, Method::thread_write_registers, {0, first, 1, values[0]}),
            location);
}

} // namespace

void refusals_unseen(Word count, const char*) {
    local().refusals += count;
}

void refusals_uncounted(const char* why) {
    uncounted = why;
}

void finish(Verdict verdict, const char* what, Word expected, Word got, Location location) {
    if (verdict == Verdict::passed || verdict == Verdict::skipped)
        got = refusals_seen();
    if (verdict == Verdict::passed)
        what = uncounted;
    system_call(Syscall::call, own::report,
                Tag(Word{location.line} << verdict_bits | static_cast<Word>(verdict), 4),
                {reinterpret_cast<Word>(what), reinterpret_cast<Word>(location.file), expected,
                 got});
    for (;;)
        wait(own::report);
}

void note(const char* what, Word value, Word other) {
    system_call(Syscall::call, own::report, Tag(static_cast<Word>(Verdict::note), 4),
                {reinterpret_cast<Word>(what), 0, value, other});
}

CapIndex slots(unsigned count) {
    const CapIndex first = next_slot;
    next_slot += count;
    require("the test has enough slots", next_slot <= own::end_free);
    return first;
}

CapIndex make_many(ObjectType type, Word size_bits, unsigned count, Location location) {
    const CapIndex first = slots(count);
    succeed("retype", retype(own::untyped, type, size_bits, own::cnode, first, count), location);
    return first;
}

CapIndex make(ObjectType type, Word size_bits, Location location) {
    return make_many(type, size_bits, 1, location);
}

CapIndex minted(CapIndex source, Rights rights, Word badge, Location location) {
    const CapIndex slot = slots();
    succeed("mint", mint(self, slot, self, source, rights, badge), location);
    return slot;
}

CapIndex copied(CapIndex source, Rights rights, Location location) {
    const CapIndex slot = slots();
    succeed("copy", copy(self, slot, self, source, rights), location);
    return slot;
}

Received map(CapIndex frame, Word address, Rights rights, Word attributes, CapIndex space) {
    for (;;) {
        const Received answer = map_frame(frame, space, address, rights, attributes);
        if (answer.error() != Error::missing_table)
            return answer;
        const CapIndex table = make(ObjectType::page_table);
        succeed("map a page table", request(table, Method::page_table_map, {address}, {space}));
    }
}

Worker start(Entry entry, Word argument, Options options, Location location) {
    require("the test has enough stacks", next_area < area_count, location);
    const unsigned number = next_area++;
    if (never == 0)
        never = make_notification(location);
    Area& area = areas[number];
    Worker worker;
    worker.local = &area.local;
    const auto* info = reinterpret_cast<const BootInfo*>(place::boot_info);
    worker.thread =
        make(ObjectType::thread, options.fpu ? info->fpu_thread_size_bits : 0, location);
    const Word guard = guard_word(own::radix);
    if (options.with_buffer) {
        const Word address = place::buffers + number * 4096;
        worker.buffer_frame = make_frame(12, location);
        succeed("map the IPC buffer", map(worker.buffer_frame, address), location);
        area.local.buffer = reinterpret_cast<IpcBuffer*>(address);
        succeed("configure",
                request(worker.thread, Method::thread_configure, {guard, 0, address},
                        {own::cnode, options.space, worker.buffer_frame}),
                location);
    } else {
        succeed("configure",
                request(worker.thread, Method::thread_configure, {guard, 0, 0},
                        {own::cnode, options.space}),
                location);
    }
    succeed("set priority",
            request(worker.thread, Method::thread_set_priority,
                    {options.priority, options.priority}, {own::thread}),
            location);
    if (options.fault_handler != 0)
        succeed("set fault handler",
                request(worker.thread, Method::thread_set_fault_handler, {},
                        {options.fault_handler}),
                location);
    const Word flags = options.flags | ThreadFlags::counters | (options.fpu ? ThreadFlags::fpu : 0);
    succeed("set flags", request(worker.thread, Method::thread_set_flags, {0, flags}), location);
    if (options.with_context) {
        worker.context = make(ObjectType::sched_context, sched_context_min_size_bits, location);
        succeed("configure time",
                configure_time(own::sched_control, worker.context, options.budget, options.period),
                location);
        succeed("bind", request(worker.context, Method::sched_context_bind, {}, {worker.thread}),
                location);
    }
    area.local.entry = entry;
    area.local.argument = argument;
    area.local.thread = worker.thread;
    area.local.context = worker.context;
    area.local.buffer_frame = worker.buffer_frame;
    write_registers(worker.thread, 0, {reinterpret_cast<Word>(&worker_main), area.top()}, location);
    if (options.resume)
        succeed("resume", resume(worker.thread), location);
    return worker;
}

Local& move_abroad(const Worker& worker) {
    const CapIndex space = make(ObjectType::vspace);
    for (CapIndex slot = own::first_code; slot < own::end_code; ++slot) {
        const Received page = identify(slot);
        if (page[0] == static_cast<Word>(ObjectType::frame) && page[6] < place::boot_info)
            succeed("map code", map(copied(slot), page[6] & ~Word{1}, Rights::read_only(), 0, space));
    }
    constexpr unsigned pages = area_size / 4096;
    const CapIndex stack = make_many(ObjectType::frame, 12, pages);
    const auto base = reinterpret_cast<Word>(worker.local);
    for (unsigned page = 0; page < pages; ++page) {
        succeed("see the stack", map(stack + page, place::free + page * 4096));
        succeed("map the stack", map(copied(stack + page), base + page * 4096, Rights::read_write(),
                                     MapAttributes::execute_never, space));
    }
    if (worker.buffer_frame != 0)
        succeed("map the buffer",
                map(copied(worker.buffer_frame), reinterpret_cast<Word>(worker.local->buffer),
                    Rights::read_write(), MapAttributes::execute_never, space));
    succeed("set space", request(worker.thread, Method::thread_set_space, {guard_word(own::radix)},
                                 {own::cnode, space}));
    auto& seen = *reinterpret_cast<Local*>(place::free);
    seen = *worker.local;
    return seen;
}

void forget_stack() {
    --next_area;
}

void start_over() {
    // Else the tables below it would go in use.
    if (!is_empty(own::uart_frame))
        succeed("unmap what is not made of it", request(own::uart_frame, Method::frame_unmap));
    succeed("revoke", revoke(self, own::untyped));
    while (next_slot > own::first_free)
        (void)remove(self, --next_slot);
    next_area = 1;
    never = 0;
}

void rest() {
    for (;;)
        wait(never);
}

bool kernel_tells() {
    return (reinterpret_cast<const BootInfo*>(place::boot_info)->feature_flags & BootFeature::debug_kernel) != 0;
}

uint64_t clock() {
    return arch::read_clock();
}

uint64_t microseconds(uint64_t ticks) {
    return ticks * 1000000 / handover.ticks_per_second;
}

} // namespace conformance
