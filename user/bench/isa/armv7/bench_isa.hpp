// SPDX-License-Identifier: BSD-2-Clause
// What the bench needs of ARMv7-A.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut::bench::isa {

/// PMCCNTR; the barrier keeps it behind what comes before.
[[gnu::always_inline]] inline uint64_t read_cycles() {
    uint32_t cycles;
    asm volatile("isb\n\tmrc p15, 0, %0, c9, c13, 0" : "=r"(cycles)::"memory");
    return cycles;
}

/// A mark of tools/cost_meter.cpp.
template <int code>
[[gnu::always_inline]] inline void mark() {
    asm volatile("dbg #(%c0 & 15)" ::"i"(code) : "memory");
}

/// Loads from address 0 between two marks, and tells where to go on.
template <int begin, int end>
[[gnu::always_inline]] inline void fault(volatile Word* resume) {
    asm volatile("adr r3, 1f\n\tstr r3, [%0]\n\tmov r3, #0\n\t"
                 "dbg #(%c1 & 15)\n\t"
                 "ldr r3, [r3]\n"
                 "1:\tdbg #(%c2 & 15)" ::"r"(resume),
                 "i"(begin), "i"(end)
                 : "r3", "memory");
}

/// Makes the thread's FP/SIMD state live.
inline void use_fpu() {
    asm volatile(".fpu neon\n\tvmov.i32 q0, #0\n\tvmov.i32 q4, #0" ::: "memory");
}

} // namespace cobnut::bench::isa
