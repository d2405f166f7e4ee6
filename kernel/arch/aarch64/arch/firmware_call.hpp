// SPDX-License-Identifier: BSD-2-Clause
// Calls to firmware by the SMC calling convention (DEN 0028): no argument beside the function so
// far.
#pragma once

#include <stdint.h>

namespace arch {

inline uint64_t firmware_hvc(uint32_t function) {
    register uint64_t x0 asm("x0") = function;
    register uint64_t x1 asm("x1") = 0;
    register uint64_t x2 asm("x2") = 0;
    register uint64_t x3 asm("x3") = 0;
    asm volatile("hvc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5", "x6", "x7", "x8", "x9",
                   "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    return x0;
}

inline uint64_t firmware_smc(uint32_t function) {
    register uint64_t x0 asm("x0") = function;
    register uint64_t x1 asm("x1") = 0;
    register uint64_t x2 asm("x2") = 0;
    register uint64_t x3 asm("x3") = 0;
    asm volatile("smc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5", "x6", "x7", "x8", "x9",
                   "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    return x0;
}

} // namespace arch
