// SPDX-License-Identifier: BSD-2-Clause
// Finding the console: in the device tree, else where every PC has it.

#include <cobnut/format/fdt_interrupt.hpp>
#include <lib/machine.hpp>

namespace cobnut {

namespace {

constexpr uint16_t pc_port = 0x3f8; // COM1
constexpr unsigned pc_interrupt = 4;

UartType type_of(fdt::Node node) {
    UartType type;
    if (node.compatible("arm,pl011")) {
        type.kind = UartKind::pl011;
    } else if (node.compatible("sifive,uart0")) {
        type.kind = UartKind::sifive;
    } else if (node.compatible("cdns,uart-r1p12") || node.compatible("cdns,uart-r1p8") ||
               node.compatible("xlnx,xuartps")) {
        type.kind = UartKind::cadence;
    } else if (node.compatible("fsl,imx6q-uart") || node.compatible("fsl,imx21-uart")) {
        type.kind = UartKind::imx;
    } else if (node.compatible("brcm,bcm2835-aux-uart")) {
        type.kind = UartKind::ns16550;
        type.shift = 2;
        type.io_width = 4;
    } else if (node.compatible("ns16550a") || node.compatible("ns16550") ||
               node.compatible("snps,dw-apb-uart")) {
        type.kind = UartKind::ns16550;
        type.shift = static_cast<uint8_t>(node.cell("reg-shift", 0));
        type.io_width = static_cast<uint8_t>(node.cell("reg-io-width", 1));
    }
    return type;
}

} // namespace

ConsolePlace find_console(const Machine& machine) {
    ConsolePlace place;
    if (machine.device_tree().empty()) {
        place.type.kind = UartKind::ns16550_port;
        place.type.offset = pc_port;
        place.interrupt = pc_interrupt;
        place.trigger = Trigger::edge;
        return place;
    }
    const fdt::Tree tree(machine.device_tree());
    const fdt::Node node = fdt::console(tree).node;
    if (!node)
        return place;
    const auto region = fdt::address(node);
    if (!region)
        return place;
    place.type = type_of(node);
    place.type.offset = static_cast<uint16_t>(region->base & 0xfff);
    place.page = region->base & ~uint64_t{0xfff};
    if (const auto interrupt = fdt::interrupt(node); interrupt) {
        const fdt::InterruptLine line = fdt::interrupt_line(*interrupt);
        place.interrupt = line.number;
        place.trigger = line.trigger;
    }
    return place;
}

} // namespace cobnut
