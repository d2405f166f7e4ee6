// SPDX-License-Identifier: BSD-2-Clause
// How IRQControl numbers the interrupts of a device tree.
#pragma once

#include <cobnut/abi/object.hpp>
#include <cobnut/format/fdt.hpp>

namespace cobnut::fdt {

struct InterruptLine {
    static constexpr unsigned none = ~0u;

    unsigned number = none;
    Trigger trigger = Trigger::firmware;
};

/// GIC: (type, number, flags) is the INTID. BCM2836: its own (number, flags) lie where a GIC has a
/// core's private ones, from 16; the (bank, number) of the BCM2835 controller behind it from 32, a
/// bank every 32. Others: the number comes first.
constexpr InterruptLine interrupt_line(const Interrupt& interrupt) {
    const auto& cell = interrupt.cells;
    if (interrupt.controller.compatible("brcm,bcm2836-l1-intc"))
        return cell[0] < 16 ? InterruptLine{16 + cell[0], Trigger::level} : InterruptLine{};
    if (interrupt.controller.compatible("brcm,bcm2836-armctrl-ic") ||
        interrupt.controller.compatible("brcm,bcm2835-armctrl-ic"))
        return interrupt.count == 2 && cell[0] < 3 && cell[1] < 32
                   ? InterruptLine{32 + 32 * cell[0] + cell[1], Trigger::level}
                   : InterruptLine{};
    if (interrupt.count < 3)
        return {cell[0], Trigger::firmware};
    constexpr uint32_t shared = 0, per_core = 1; // first cell of the GIC's binding
    const Trigger trigger = (cell[2] & 3) != 0 ? Trigger::edge : Trigger::level;
    if (cell[0] == shared && cell[1] < 988)
        return {32 + cell[1], trigger};
    if (cell[0] == per_core && cell[1] < 16)
        return {16 + cell[1], trigger};
    return {};
}

} // namespace cobnut::fdt
