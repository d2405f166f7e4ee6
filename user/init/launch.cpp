// SPDX-License-Identifier: BSD-2-Clause
// Starting the programs of the tour, and what they report.

#include "tour.hpp"

namespace cobnut::tour {

namespace {

constexpr Word device = static_cast<Word>(MemoryType::device) | MapAttributes::execute_never;

} // namespace

/// Every program gets its console and its desk; faults come to the desk too, unless the plan says
/// otherwise.
Status Tour::create(Who who, Text file, ProcessPlan plan) {
    const auto badge = static_cast<unsigned>(who);
    const cpio::Entry entry = archive_.find(file);
    if (!entry)
        say("   the archive has no ", file, "\n");
    plan.file = entry.data;
    plan.node_bits = plan.node_bits > given_node_bits ? plan.node_bits : given_node_bits;
    if (!plan.fault_handler)
        plan.fault_handler = handler_[badge];
    Process& made = process(who);
    const Status created = made.create(workshop_, pool_, plan);
    if (made.load_error() != elf::Error::none)
        say("   ", file, ": ", elf::text(made.load_error()), "\n");
    COBNUT_CHECK(created);
    COBNUT_CHECK(made.grant_badged(Given::desk, desk_, Rights::call(), badge));
    return made.grant_badged(Given::console, console_, Rights::call(), badge);
}

Status Tour::start_driver() {
    ProcessPlan plan;
    plan.priority = 200;
    COBNUT_CHECK(create(Who::driver, "uart-driver", plan));
    Process& driver = process(Who::driver);
    COBNUT_CHECK(driver.grant(Given::service, console_, Rights::read_only()));
    COBNUT_CHECK(driver.make(ObjectType::reply, 0, Given::reply).status());
    COBNUT_CHECK(driver.make(ObjectType::notification, 0, Given::notification).status());
    COBNUT_CHECK(driver.grant(Given::interrupt, irq_, Rights::all()));
    if (uart_frame_)
        COBNUT_CHECK(driver.map(uart_frame_, ProcessLayout::devices, Rights::read_write(), device));
    else
        COBNUT_CHECK(driver.grant(Given::io_port, IoPort(slot(RootSlot::io_port)), Rights::all()));
    COBNUT_CHECK(driver.start(console_place_.type.packed()));
    // The others go on meanwhile: their reports are for later.
    Message event = next_event();
    while (event.badge != static_cast<Word>(Who::driver)) {
        if (waiting_count_ == max_waiting)
            return Error::busy;
        waiting_[waiting_count_++] = event;
        event = receive_event();
    }
    if (event.kind() != Kind::message)
        return Error::canceled;
    driver_runs_ = true;
    return static_cast<Error>(event.word(0));
}

Status Tour::start_echo_server() {
    COBNUT_CHECK(create(Who::echo_server, "echo-server", ProcessPlan()));
    Process& server = process(Who::echo_server);
    COBNUT_CHECK(server.grant(Given::service, echo_, Rights::read_only()));
    COBNUT_CHECK(server.grant(Given::notification, ready_, Rights::write_only()));
    COBNUT_CHECK(server.make(ObjectType::reply, 0, Given::reply).status());
    COBNUT_CHECK(server.start(0));
    (void)wait(ready_.index);
    // Passive from now on: it runs on the time of whoever calls it.
    return server.sched_context().unbind();
}

Message Tour::next_event() {
    return waiting_count_ > 0 ? waiting_[--waiting_count_] : receive_event();
}

Message Tour::receive_event() {
    for (;;) {
        const Message event = recv(desk_.index, reply_.index);
        // A program that has come to its end receives from path 0.
        const bool ended = event.kind() == Kind::fault &&
                           event.label() == static_cast<Word>(FaultType::capability) &&
                           event.word(2) == 0;
        if (!ended) {
            if (event.kind() == Kind::message)
                (void)nb_send(reply_.index, Message()); // nobody, if it was no call
            return event;
        }
        (void)nb_send(reply_.index, Message::of(static_cast<Word>(FaultReply::stop)));
    }
}

void Tour::set_own_priority(unsigned priority) {
    (void)thread_.set_priority(priority, normal_priority, thread_);
}

} // namespace cobnut::tour
