// SPDX-License-Identifier: BSD-2-Clause
// Boot console on the Raspberry Pi's mini-UART (BCM2835 ARM Peripherals 2.2): a 16550's registers, a
// word apart, with fewer of its features.
#pragma once

#include <platforms/drivers/uart/ns16550.hpp>

namespace platform {

class Bcm2835Aux : public Ns16550 {
public:
    static constexpr const char* compatible[] = {"brcm,bcm2835-aux-uart"};

    constexpr Bcm2835Aux() = default;
    constexpr explicit Bcm2835Aux(uintptr_t base) : Ns16550{base, 2, 4} {}

    // base: where the node's first reg entry is mapped.
    static constexpr Bcm2835Aux from(cobnut::fdt::Node, uintptr_t base) { return Bcm2835Aux{base}; }
};

} // namespace platform
