// SPDX-License-Identifier: BSD-2-Clause
// Gives a driver its device: a page of registers (or I/O ports), an interrupt, a Notification.
#include <lib/system.hpp>

namespace cobnut {

constinit System the_system;
constinit Component driver;

void main(Word argument) {
    System& system = the_system;
    system.begin(argument);
    const ConsolePlace& place = system.console_place();
    ProcessPlan plan;
    plan.priority = 200;
    system.create(driver, "driver", plan);
    system.check(driver.make(ObjectType::notification, 0, Given::notification).status(),
                 "a Notification");
    const IrqHandler interrupt = system.make_irq_handler(place.interrupt, place.trigger);
    system.check(driver.grant(Given::interrupt, interrupt, Rights::all()), "the interrupt");
    if (const Frame registers = system.uart_frame())
        system.check(driver.map(registers, ProcessLayout::devices, Rights::read_write(),
                                static_cast<Word>(MemoryType::device) |
                                    MapAttributes::execute_never),
                     "the registers");
    else
        system.check(driver.grant(Given::io_port, IoPort(slot(RootSlot::io_port)), Rights::all()),
                     "the ports");
    system.start(driver, place.type.packed());
    const Message report = system.next_report();
    system.print("the driver sent ", report.word(0), " characters with ", report.word(1),
                 " interrupts\n");
    system.expect(report.word(0) > 0, "it sent its text");
    system.expect(report.word(1) > 0, "it got interrupts");
    system.finish("driver");
}

} // namespace cobnut
