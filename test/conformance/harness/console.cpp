// SPDX-License-Identifier: BSD-2-Clause
// The machine's UART, found and mapped.
#include "console.hpp"

namespace conformance {

using namespace cobnut;

bool Output::open(const Machine& machine, DevicePool& devices, Untyped memory, CNode node,
                  SlotPool& slots) {
    const ConsolePlace where = find_console(machine);
    console_ = {where.type.packed(), where.interrupt, static_cast<Word>(where.trigger)};
    const IoPort ports(slot(RootSlot::io_port));
    if (where.type.kind == UartKind::none)
        return false;
    if (where.type.kind == UartKind::ns16550_port) {
        uart_ = Uart(where.type, 0, ports);
        return true;
    }
    const auto frame = devices.page(where.page);
    if (!frame.ok())
        return false;
    frame_ = *frame;
    const Word attributes = static_cast<Word>(MemoryType::device) | MapAttributes::execute_never;
    if (!map_frame(frame_, VSpace(slot(RootSlot::vspace)), place::console, Rights::read_write(),
                   attributes, memory, node, slots)
             .ok())
        return false;
    uart_ = Uart(where.type, place::console, IoPort());
    return true;
}

} // namespace conformance
