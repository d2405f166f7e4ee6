// SPDX-License-Identifier: BSD-2-Clause
// Client and server of the bench: what they are given, and one row after another.

#include "workbench.hpp"

#include "device.hpp"
#include "leg.hpp"
#include "statistics.hpp"

#include <lib/names.hpp>

namespace cobnut::bench {

namespace {

constexpr Word device_attributes =
    static_cast<Word>(MemoryType::device) | MapAttributes::execute_never;
constexpr Word normal = static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never;
/// May call, and send capabilities.
constexpr Rights sender{Rights::write_bit | Rights::grant_bit | Rights::grant_reply_bit};

} // namespace

bool Workbench::open(const BootInfo* info) {
    if (!prepare(info))
        return false;
    Status status = share_memory();
    if (status.ok())
        status = make_objects();
    complain(status);
    return status.ok();
}

void Workbench::complain(Status status) {
    if (!status.ok())
        print("bench: ", name_of(status.error), "\n");
}

Status Workbench::share_memory() {
    for (unsigned page = 0; page < Shared::pages; ++page) {
        frames_[page] = Frame(slots_.take());
        COBNUT_CHECK(own_.retype(ObjectType::frame, 12, node_.index, frames_[page].index));
        COBNUT_CHECK(map_frame(frames_[page], space_, Shared::address + page * Word{4096},
                               Rights::read_write(), normal, own_, node_, slots_));
    }
    return {};
}

Status Workbench::make_objects() {
    COBNUT_TRY(objects, pool_.take(12));
    const CapIndex first = slots_.take(8);
    COBNUT_CHECK(objects.retype(ObjectType::notification, 0, node_.index, first, 5));
    COBNUT_CHECK(objects.retype(ObjectType::reply, 0, node_.index, first + 5));
    COBNUT_CHECK(objects.retype(ObjectType::endpoint, 0, node_.index, first + 6));
    ready_ = Notification(first);
    signals_ = Notification(first + 1);
    back_ = Notification(first + 2);
    idle_ = Notification(first + 3);
    interrupts_ = Notification(first + 4);
    reply_ = Reply(first + 5);
    desk_ = Endpoint(first + 6);
    handler_ = IrqHandler(first + 7);
    has_interrupt_ =
        IrqControl(slot(RootSlot::irq_control))
            .get(console_place_.interrupt, console_place_.trigger, {node_.index, handler_.index})
            .ok();
    if (has_interrupt_)
        COBNUT_CHECK(handler_.set_notification(interrupts_));
    find_device_memory();
    return {};
}

/// A page of device memory that nobody needs, if there is one; nothing is ever stored in it.
void Workbench::find_device_memory() {
    for (const BootRegion& region : machine_) {
        if (region.kind != RegionKind::device || region.size_bits < 12 ||
            (console_place_.page - region.address) >> region.size_bits == 0)
            continue;
        const Untyped page(slots_.take());
        if (machine_.untyped(region)
                .retype(ObjectType::untyped, 12, node_.index, page.index)
                .ok()) {
            device_memory_ = page;
            return;
        }
        slots_.give_back(page.index, 1);
    }
}

/// What this machine lacks, no row can show.
bool Workbench::can_measure(const Row& row) const {
    if (row.operation == Operation::interrupts)
        return has_interrupt_;
    if (row.operation == Operation::retypes && row.words[0] == Given::device_memory)
        return device_memory_.index != 0;
    return true;
}

ProcessPlan Workbench::plan() const {
    ProcessPlan plan;
    plan.memory_bits = 19;
    plan.priority = pair_.priority;
    plan.objects_apart = pair_.apart;
    plan.fpu_thread_bits = pair_.fpu ? machine_.info().fpu_thread_size_bits : 0;
    return plan;
}

Status Workbench::start(const Pair& pair) {
    pair_ = pair;
    COBNUT_CHECK(start_server());
    return start_client();
}

Status Workbench::start_server() {
    COBNUT_CHECK(create(server_, "bench-server", plan()));
    COBNUT_CHECK(map_console(server_));
    COBNUT_CHECK(server_.grant(Given::desk, ready_, Rights::write_only()));
    COBNUT_TRY(service, server_.make(ObjectType::endpoint, 0, Given::service));
    service_ = Endpoint(service.index);
    COBNUT_CHECK(server_.make(ObjectType::reply, 0, Given::reply).status());
    COBNUT_CHECK(server_.grant(Given::signals, signals_, Rights::read_only()));
    COBNUT_CHECK(server_.grant_badged(Given::back, back_, Rights::write_only(), 1));
    COBNUT_CHECK(server_.grant(Given::interrupts, interrupts_, Rights::read_only()));
    if (has_interrupt_)
        COBNUT_CHECK(server_.grant(Given::irq, handler_, Rights::all()));
    COBNUT_CHECK(server_.start(console_place_.type.packed()));
    (void)wait(ready_.index);
    return server_.sched_context().unbind();
}

Status Workbench::start_client() {
    ProcessPlan client_plan = plan();
    client_plan.node_bits = pair_.node_bits;
    // Room before and behind the capability space, wherever its alignment puts it.
    if (const unsigned bits = pair_.node_bits + slot_size_bits + 2; bits > client_plan.memory_bits)
        client_plan.memory_bits = bits;
    COBNUT_CHECK(create(client_, "bench-client", client_plan));
    COBNUT_CHECK(map_console(client_));
    COBNUT_CHECK(client_.grant(Given::desk, desk_, Rights::call()));
    COBNUT_CHECK(client_.grant_badged(Given::service, service_, sender, 1));
    COBNUT_CHECK(client_.grant_badged(Given::signals, signals_, Rights::write_only(), 1));
    COBNUT_CHECK(client_.grant(Given::back, back_, Rights::read_only()));
    COBNUT_CHECK(client_.grant_badged(Given::idle, idle_, Rights::write_only(), 1));
    COBNUT_CHECK(client_.grant(Given::space, client_.space(), Rights::all()));
    COBNUT_CHECK(client_.make(ObjectType::frame, 12, Given::frame).status());
    COBNUT_CHECK(client_.make(ObjectType::untyped, 12, Given::memory).status());
    if (device_memory_)
        COBNUT_CHECK(client_.grant(Given::device_memory, device_memory_, Rights::all()));
    COBNUT_CHECK(client_.start(console_place_.type.packed()));
    return judge(recv(desk_.index, reply_.index));
}

Status Workbench::create(Process& process, Text file, const ProcessPlan& plan) {
    ProcessPlan with_file = plan;
    with_file.file = archive_.find(file).data;
    with_file.fault_handler = desk_;
    COBNUT_CHECK(process.create(workshop_, pool_, with_file));
    COBNUT_CHECK(process.grant_badged(Given::node, process.node(), Rights::all(),
                                      flat_guard(plan.node_bits)));
    COBNUT_CHECK(process.thread().set_flags(
        0, ThreadFlags::counters | (plan.fpu_thread_bits != 0 ? ThreadFlags::fpu : 0)));
    for (unsigned page = 0; page < Shared::pages; ++page)
        COBNUT_CHECK(process.map(frames_[page], Shared::address + page * Word{4096},
                                 Rights::read_write(), normal));
    return {};
}

Status Workbench::map_console(Process& process) {
    if (console_place_.type.kind == UartKind::ns16550_port)
        return process.grant(Given::io_port, IoPort(slot(RootSlot::io_port)), Rights::all());
    return process.map(uart_frame_, Device::address, Rights::read_write(), device_attributes);
}

Status Workbench::stop() {
    COBNUT_CHECK(client_.destroy());
    return server_.destroy();
}

Status Workbench::measure(const Pair& pair, std::span<const Row> what) {
    COBNUT_CHECK(start(pair));
    for (const Row& row : what)
        if (can_measure(row))
            COBNUT_CHECK(measure(row));
    return stop();
}

Status Workbench::measure(const Row& row, Text prefix) {
    const unsigned priority = row.server_priority;
    if (priority != 0) {
        COBNUT_CHECK(server_.thread().set_priority(priority, priority, thread_));
        COBNUT_CHECK(server_.sched_context().bind(server_.thread()));
    }
    if (row.operation == Operation::faults)
        COBNUT_CHECK(client_.thread().set_fault_handler(service_));
    shared().limit = row.count;
    for (uint32_t& taken : shared().taken)
        taken = 0;
    isa::mark<phase_mark>();
    ++phase_;
    const Word fpu = pair_.fpu ? 1 : 0;
    COBNUT_CHECK(judge(reply_recv(
        desk_.index,
        Message::of(static_cast<Word>(row.operation), row.count, row.words[0], row.words[1], fpu),
        reply_.index)));
    report(prefix, row.out, Leg::out);
    if (row.back != nullptr)
        report(prefix, row.back, Leg::back);
    COBNUT_CHECK(client_.thread().set_fault_handler(desk_));
    if (priority == 0)
        return {};
    COBNUT_CHECK(server_.sched_context().unbind());
    return server_.thread().set_priority(pair_.priority, pair_.priority, thread_);
}

void Workbench::report(Text prefix, const char* name, int leg) {
    Shared& all = shared();
    print("bench: ", prefix, name, " is phase ", phase_, " region ", leg, "\n");
    const Line line = described(all.samples[leg], all.taken[leg]);
    print("cycles: ", prefix, name, ' ', line.text(), "\n");
}

/// What the client says is no message when it or the server faulted.
Status Workbench::judge(const Message& message) {
    if (message.kind() == Kind::message)
        return static_cast<Error>(message.word(0));
    print("bench: a fault at ", Hex{message.word(0)}, ", details ", Hex{message.word(2)}, "\n");
    return Error::canceled;
}

} // namespace cobnut::bench
