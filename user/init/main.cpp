// SPDX-License-Identifier: BSD-2-Clause
// The root task: prints a line over the console UART that it maps itself, then powers off.

#include <lib/memory_pool.hpp>
#include <lib/names.hpp>
#include <lib/program.hpp>
#include <lib/uart.hpp>

namespace cobnut {

namespace {

constexpr Word console_window = 0x1000'0000;

SlotPool slots;
Machine machine;

Result<Uart> open_console() {
    const CNode node(slot(RootSlot::cnode));
    const ConsolePlace place = find_console(machine);
    if (place.type.kind == UartKind::ns16550_port)
        return Uart(place.type, 0, IoPort(slot(RootSlot::io_port)));
    DevicePool devices(node, slots);
    Untyped memory;
    for (const BootRegion& region : machine) {
        if (region.kind == RegionKind::device)
            devices.add(machine.untyped(region), region.address, region.size_bits);
        else if (region.kind == RegionKind::untyped && region.size_bits >= 16)
            memory = machine.untyped(region);
    }
    COBNUT_TRY(frame, devices.page(place.page));
    COBNUT_CHECK(map_frame(frame, VSpace(slot(RootSlot::vspace)), console_window,
                           Rights::read_write(), static_cast<Word>(MemoryType::device), memory,
                           node, slots));
    return Uart(place.type, console_window, IoPort());
}

} // namespace

void main(Word argument) {
    machine = Machine(reinterpret_cast<const BootInfo*>(argument));
    if (!machine.valid())
        return;
    slots = SlotPool(machine.info().free_slots_begin, machine.info().free_slots_end);
    if (const auto console = open_console(); console.ok())
        console->print(Line("init: Cobnut ", machine.info().kernel_version, " on ",
                            machine.info().board, ", ", name_of(Isa{machine.info().isa}), "\n")
                           .text());
    (void)Firmware(slot(RootSlot::firmware)).power_off();
}

} // namespace cobnut
