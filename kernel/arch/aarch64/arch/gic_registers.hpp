// SPDX-License-Identifier: BSD-2-Clause
// CPU interface of a GICv3 in system registers (IHI 0069 §12.2).
#pragma once

#include <stdint.h>

namespace arch::gic {

/// ICC_IAR1_EL1. The barriers order it against the device's registers and against the core's own
/// state.
inline unsigned acknowledge() {
    uint64_t value;
    asm volatile("mrs %0, s3_0_c12_c12_0\n\tdsb sy" : "=r"(value)::"memory");
    return static_cast<unsigned>(value & 0xffffff);
}

/// ICC_EOIR1_EL1: priority drop and deactivation.
inline void end(unsigned number) {
    asm volatile("dsb sy\n\tmsr s3_0_c12_c12_1, %0\n\tisb" ::"r"(uint64_t{number}) : "memory");
}

/// Opens the interface for all priorities of group 1. False: firmware keeps it closed.
inline bool enable() {
    uint64_t system_registers;
    asm volatile("mrs %0, s3_0_c12_c12_5" : "=r"(system_registers)); // ICC_SRE_EL1
    asm volatile("msr s3_0_c12_c12_5, %0\n\tisb" ::"r"(system_registers | 1) : "memory");
    asm volatile("mrs %0, s3_0_c12_c12_5" : "=r"(system_registers));
    if ((system_registers & 1) == 0)
        return false;
    asm volatile("msr s3_0_c4_c6_0, %0" ::"r"(uint64_t{0xff})); // ICC_PMR_EL1
    asm volatile("msr s3_0_c12_c12_3, xzr");                    // ICC_BPR1_EL1
    asm volatile("msr s3_0_c12_c12_4, xzr");                    // ICC_CTLR_EL1: EOI deactivates
    asm volatile("msr s3_0_c12_c12_7, %0\n\tisb" ::"r"(uint64_t{1})); // ICC_IGRPEN1_EL1
    return true;
}

} // namespace arch::gic
