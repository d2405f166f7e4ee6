// SPDX-License-Identifier: BSD-2-Clause
// Starting programs and serving their desk.

#include <lib/names.hpp>
#include <lib/system.hpp>

namespace cobnut {

namespace {

[[noreturn]] void power_off() {
    (void)Firmware(slot(RootSlot::firmware)).power_off();
    stop();
}

} // namespace

void System::begin(Word argument_of_main) {
    if (!prepare(reinterpret_cast<const BootInfo*>(argument_of_main)))
        power_off();
    desk_ = make_endpoint();
    reply_ = make_reply();
}

CapIndex System::free_slot() {
    const CapIndex place = slots_.take();
    check(place == 0 ? Status(Error::not_enough_memory) : Status(), "a capability slot");
    return place;
}

CapIndex System::make(ObjectType type) {
    const CapIndex place = free_slot();
    check(own_.retype(type, 0, node_.index, place), "an object");
    return place;
}

Endpoint System::badged(Endpoint endpoint, Word badge) {
    const CapIndex place = free_slot();
    check(node_.mint(place, word_bits, {node_.index, endpoint.index}, Rights::all(), badge),
          "a badge");
    return Endpoint(place);
}

IrqHandler System::make_irq_handler(unsigned number, Trigger trigger) {
    const CapIndex place = free_slot();
    check(IrqControl(slot(RootSlot::irq_control)).get(number, trigger, {node_.index, place}),
          "an interrupt");
    return IrqHandler(place);
}

void System::create(Component& component, Text file, ProcessPlan plan) {
    const cpio::Entry entry = archive_.find(file);
    if (!entry) {
        print("the archive has no ", file, "\n");
        power_off();
    }
    plan.file = entry.data;
    const Word badge = ++badges_;
    if (!plan.fault_handler)
        plan.fault_handler = badged(desk_, badge);
    component.badge = badge;
    const Status created = component.create(workshop_, pool_, plan);
    if (component.load_error() != elf::Error::none)
        print(file, ": ", elf::text(component.load_error()), "\n");
    check(created, "a program");
    check(component.grant_badged(Given::desk, desk_, Rights::call(), badge), "its desk");
    check(component.grant_badged(Given::node, component.node(), Rights::all(),
                                 flat_guard(plan.node_bits)),
          "its own capability space");
}

void System::serves(Component& component, Endpoint endpoint) {
    check(component.grant(Given::service, endpoint, Rights::read_only()), "a service");
    check(component.make(ObjectType::reply, 0, Given::reply).status(), "a Reply object");
}

void System::calls(Component& component, Endpoint endpoint) {
    check(component.grant_badged(Given::service, endpoint, Rights::call(), component.badge),
          "a client's Endpoint");
}

void System::start(Component& component, Word argument) {
    check(component.start(argument), "the start of a program");
}

Message System::next_event() {
    for (;;) {
        const Message event = recv(desk_.index, reply_.index);
        if (event.kind() == Kind::message && event.label() == ConsoleProtocol::print) {
            char buffer[ConsoleProtocol::max_bytes];
            uart_.print(unpack_text(event, buffer));
            (void)nb_send(reply_.index, Message());
            continue;
        }
        // A program that has come to its end receives from path 0.
        const bool ended = event.kind() == Kind::fault &&
                           event.label() == static_cast<Word>(FaultType::capability) &&
                           event.word(2) == 0;
        if (!ended)
            return event;
        (void)nb_send(reply_.index, Message::of(static_cast<Word>(FaultReply::stop)));
    }
}

Message System::next_report() {
    const Message event = next_event();
    if (event.kind() == Kind::fault) {
        print("program ", event.badge, " stopped at ", Hex{event.word(0)}, ": ",
              name_of(static_cast<FaultType>(event.label())), ", ", Hex{event.word(2)}, "\n");
        power_off();
    }
    return event;
}

void System::check(const Status& status, const char* what) {
    if (status.ok())
        return;
    print(what, ": ", name_of(status.error), " (", Hex{status.detail[0]}, ", ",
          Hex{status.detail[1]}, ")\n");
    power_off();
}

void System::expect(bool condition, const char* what) {
    ++(condition ? passed_ : failed_);
    if (!condition)
        print("not so: ", what, "\n");
}

void System::finish(const char* name) {
    print(name, ": ", passed_, " passed, ", failed_, " failed\n");
    power_off();
}

} // namespace cobnut
