// SPDX-License-Identifier: BSD-2-Clause
// Calls of firmware by the SMC calling convention (DEN 0028): r0 function, r1-r3 arguments, all zero.
#pragma once

#include <stdint.h>

namespace arch {

inline uint32_t firmware_hvc(uint32_t function) {
    register uint32_t r0 asm("r0") = function;
    register uint32_t r1 asm("r1") = 0;
    register uint32_t r2 asm("r2") = 0;
    register uint32_t r3 asm("r3") = 0;
    asm volatile(".arch_extension virt\n\thvc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)::"memory");
    return r0;
}

inline uint32_t firmware_smc(uint32_t function) {
    register uint32_t r0 asm("r0") = function;
    register uint32_t r1 asm("r1") = 0;
    register uint32_t r2 asm("r2") = 0;
    register uint32_t r3 asm("r3") = 0;
    asm volatile(".arch_extension sec\n\tsmc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)::"memory");
    return r0;
}

} // namespace arch
