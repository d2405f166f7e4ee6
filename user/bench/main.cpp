// SPDX-License-Identifier: BSD-2-Clause
// Root task of the bench: starts a client and a server in address spaces of their own, has them do
// one row after another, and prints what they measured.

#include "device.hpp"
#include "leg.hpp"
#include "statistics.hpp"

#include <lib/names.hpp>
#include <lib/root_task.hpp>

#include <span>

namespace cobnut::bench {

namespace {

constexpr unsigned client_priority = 100;
constexpr unsigned rounds = 400;
constexpr Word device_attributes =
    static_cast<Word>(MemoryType::device) | MapAttributes::execute_never;
constexpr Word normal = static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never;

/// One measurement. The server has no time of its own unless a priority says so.
struct Row {
    const char* out;  ///< Name of the leg that the client begins,
    const char* back; ///< and of the other, if it is of interest.
    Operation operation;
    unsigned server_priority = 0;
    Word words[2] = {};
    unsigned count = rounds;
};

constexpr Row rows[] = {
    {"call", "reply_recv", Operation::calls},
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
    {"round_trip", nullptr, Operation::round_trips},
};
constexpr Row apart_row = {"round_trip_apart", nullptr, Operation::round_trips};
constexpr Row fpu_row = {"call_fpu", "reply_fpu", Operation::calls};

/// What is special about a client and its server.
struct Pair {
    bool fpu = false;
    bool apart = false; ///< Their objects, see ProcessPlan::objects_apart.
};

} // namespace

class Bench : RootTask {
public:
    void run(const BootInfo* info) {
        if (!prepare(info))
            return;
        const Status status = measure();
        if (!status.ok())
            print("bench: ", name_of(status.error), "\n");
    }

private:
    template <class... Parts>
    void print(const Parts&... parts) {
        uart_.print(Line(parts...).text());
    }

    Status measure() {
        COBNUT_CHECK(share_memory());
        COBNUT_CHECK(make_objects());
        COBNUT_CHECK(measure({}, rows));
        COBNUT_CHECK(measure({.apart = true}, {&apart_row, 1}));
        if (machine_.info().fpu_thread_size_bits != 0)
            COBNUT_CHECK(measure({.fpu = true}, {&fpu_row, 1}));
        return {};
    }

    Status measure(Pair pair, std::span<const Row> what) {
        COBNUT_CHECK(start(pair));
        for (const Row& row : what)
            COBNUT_CHECK(measure(row, pair.fpu ? 1 : 0));
        return stop();
    }

    Status share_memory() {
        for (unsigned page = 0; page < Shared::pages; ++page) {
            frames_[page] = Frame(slots_.take());
            COBNUT_CHECK(own_.retype(ObjectType::frame, 12, node_.index, frames_[page].index));
            COBNUT_CHECK(map_frame(frames_[page], space_, Shared::address + page * Word{4096},
                                   Rights::read_write(), normal, own_, node_, slots_));
        }
        return {};
    }

    Status make_objects() {
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
        COBNUT_CHECK(IrqControl(slot(RootSlot::irq_control))
                         .get(console_place_.interrupt, console_place_.trigger,
                              {node_.index, handler_.index}));
        COBNUT_CHECK(handler_.set_notification(interrupts_));
        return device_memory();
    }

    /// A page of device memory that nobody needs; nothing is ever stored in it.
    Status device_memory() {
        for (const BootRegion& region : machine_)
            if (region.kind == RegionKind::device && region.size_bits >= 12 &&
                (console_place_.page - region.address) >> region.size_bits != 0) {
                device_memory_ = Untyped(slots_.take());
                return machine_.untyped(region).retype(ObjectType::untyped, 12, node_.index,
                                                       device_memory_.index);
            }
        return Error::not_enough_memory;
    }

    Status start(Pair pair) {
        COBNUT_CHECK(create(server_, "bench-server", pair));
        COBNUT_CHECK(server_.grant(Given::desk, ready_, Rights::write_only()));
        COBNUT_TRY(service, server_.make(ObjectType::endpoint, 0, Given::service));
        service_ = Endpoint(service.index);
        COBNUT_CHECK(server_.make(ObjectType::reply, 0, Given::reply).status());
        COBNUT_CHECK(server_.grant(Given::signals, signals_, Rights::read_only()));
        COBNUT_CHECK(server_.grant_badged(Given::back, back_, Rights::write_only(), 1));
        COBNUT_CHECK(server_.grant(Given::interrupts, interrupts_, Rights::read_only()));
        COBNUT_CHECK(server_.grant(Given::irq, handler_, Rights::all()));
        COBNUT_CHECK(server_.start(console_place_.type.packed()));
        (void)wait(ready_.index);
        COBNUT_CHECK(server_.sched_context().unbind());

        COBNUT_CHECK(create(client_, "bench-client", pair));
        COBNUT_CHECK(client_.grant(Given::desk, desk_, Rights::call()));
        COBNUT_CHECK(client_.grant_badged(Given::service, service_, sender, 1));
        COBNUT_CHECK(client_.grant_badged(Given::signals, signals_, Rights::write_only(), 1));
        COBNUT_CHECK(client_.grant(Given::back, back_, Rights::read_only()));
        COBNUT_CHECK(client_.grant_badged(Given::idle, idle_, Rights::write_only(), 1));
        COBNUT_CHECK(client_.grant(Given::space, client_.space(), Rights::all()));
        COBNUT_CHECK(client_.make(ObjectType::frame, 12, Given::frame).status());
        COBNUT_CHECK(client_.make(ObjectType::untyped, 12, Given::memory).status());
        COBNUT_CHECK(client_.grant(Given::device_memory, device_memory_, Rights::all()));
        COBNUT_CHECK(client_.start(console_place_.type.packed()));
        return judge(recv(desk_.index, reply_.index));
    }

    Status create(Process& process, Text file, Pair pair) {
        ProcessPlan plan;
        plan.file = archive_.find(file).data;
        plan.memory_bits = 19;
        plan.priority = client_priority;
        plan.fault_handler = desk_;
        plan.objects_apart = pair.apart;
        plan.fpu_thread_bits = pair.fpu ? machine_.info().fpu_thread_size_bits : 0;
        COBNUT_CHECK(process.create(workshop_, pool_, plan));
        COBNUT_CHECK(process.grant_badged(Given::node, process.node(), Rights::all(),
                                          flat_guard(plan.node_bits)));
        COBNUT_CHECK(process.thread().set_flags(0, ThreadFlags::counters |
                                                       (pair.fpu ? ThreadFlags::fpu : 0)));
        for (unsigned page = 0; page < Shared::pages; ++page)
            COBNUT_CHECK(process.map(frames_[page], Shared::address + page * Word{4096},
                                     Rights::read_write(), normal));
        if (console_place_.type.kind == UartKind::ns16550_port)
            return process.grant(Given::io_port, IoPort(slot(RootSlot::io_port)), Rights::all());
        return process.map(uart_frame_, Device::address, Rights::read_write(), device_attributes);
    }

    Status stop() {
        COBNUT_CHECK(client_.destroy());
        return server_.destroy();
    }

    Status measure(const Row& row, Word fpu) {
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
        COBNUT_CHECK(judge(reply_recv(desk_.index,
                                      Message::of(static_cast<Word>(row.operation), row.count,
                                                  row.words[0], row.words[1], fpu),
                                      reply_.index)));
        report(row.out, Leg::out);
        if (row.back != nullptr)
            report(row.back, Leg::back);
        COBNUT_CHECK(client_.thread().set_fault_handler(desk_));
        if (priority == 0)
            return {};
        COBNUT_CHECK(server_.sched_context().unbind());
        return server_.thread().set_priority(client_priority, client_priority, thread_);
    }

    void report(const char* name, int leg) {
        Shared& all = shared();
        print("bench: ", name, " is phase ", phase_, " region ", leg, "\n");
        const Line line = described(all.samples[leg], all.taken[leg]);
        print("cycles: ", name, ' ', line.text(), "\n");
    }

    /// What the client says is no message when it or the server faulted.
    Status judge(const Message& message) {
        if (message.kind() == Kind::message)
            return static_cast<Error>(message.word(0));
        print("bench: a fault at ", Hex{message.word(0)}, ", details ", Hex{message.word(2)}, "\n");
        return Error::canceled;
    }

    static constexpr Rights sender{Rights::write_bit | Rights::grant_bit | Rights::grant_reply_bit};

    Process server_;
    Process client_;
    Frame frames_[Shared::pages];
    Endpoint desk_;
    Endpoint service_;
    Reply reply_;
    Notification ready_;
    Notification signals_;
    Notification back_;
    Notification idle_;
    Notification interrupts_;
    IrqHandler handler_;
    Untyped device_memory_;
    unsigned phase_ = 0;
};

constinit Bench the_bench;

} // namespace cobnut::bench

namespace cobnut {

void main(Word argument) {
    bench::the_bench.run(reinterpret_cast<const BootInfo*>(argument));
    (void)Firmware(slot(RootSlot::firmware)).power_off();
}

} // namespace cobnut
