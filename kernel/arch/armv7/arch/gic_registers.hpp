// SPDX-License-Identifier: BSD-2-Clause
// CPU interface of a GICv3 in system registers, as AArch32 names them (IHI 0069 §12.5).
#pragma once

#include <arch/instructions.hpp>

namespace arch::gic {

using Acknowledge1 = Cp15<12, 0, 12, 0>;    // ICC_IAR1
using End1 = Cp15<12, 0, 12, 1>;            // ICC_EOIR1
using BinaryPoint1 = Cp15<12, 0, 12, 3>;    // ICC_BPR1
using Control = Cp15<12, 0, 12, 4>;         // ICC_CTLR
using SystemRegisters = Cp15<12, 0, 12, 5>; // ICC_SRE
using Group1 = Cp15<12, 0, 12, 7>;          // ICC_IGRPEN1
using PriorityMask = Cp15<4, 0, 6, 0>;      // ICC_PMR

/// The barriers order it against the device's registers and against the core's own state.
inline unsigned acknowledge() {
    const unsigned number = Acknowledge1::read() & 0xffffff;
    dsb();
    return number;
}

/// Priority drop and deactivation.
inline void end(unsigned number) {
    dsb();
    End1::write(number);
    isb();
}

/// Opens the interface for all priorities of group 1. False: firmware keeps it closed.
inline bool enable() {
    SystemRegisters::write(SystemRegisters::read() | 1);
    isb();
    if ((SystemRegisters::read() & 1) == 0)
        return false;
    PriorityMask::write(0xff);
    BinaryPoint1::write(0);
    Control::write(0); // EOI deactivates
    Group1::write(1);
    isb();
    return true;
}

} // namespace arch::gic
