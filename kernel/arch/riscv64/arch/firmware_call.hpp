// SPDX-License-Identifier: BSD-2-Clause
// Calls to the firmware by the SBI's calling convention (SBI 2.0, chapter 3).
#pragma once

#include <stdint.h>

namespace arch {

struct FirmwareAnswer {
    intptr_t error;
    uintptr_t value;
};

inline FirmwareAnswer firmware_call(uintptr_t extension, uintptr_t function, uintptr_t first,
                                    uintptr_t second, uintptr_t third) {
    register uintptr_t a0 asm("a0") = first;
    register uintptr_t a1 asm("a1") = second;
    register uintptr_t a2 asm("a2") = third;
    register uintptr_t a6 asm("a6") = function;
    register uintptr_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return {static_cast<intptr_t>(a0), a1};
}

} // namespace arch
