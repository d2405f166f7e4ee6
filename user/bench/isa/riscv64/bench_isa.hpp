// SPDX-License-Identifier: BSD-2-Clause
// What the bench needs of RISC-V.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut::bench::isa {

[[gnu::always_inline]] inline uint64_t read_cycles() {
    uint64_t cycles;
    asm volatile("rdcycle %0" : "=r"(cycles)::"memory");
    return cycles;
}

/// A mark of tools/cost_meter.cpp.
template <int code>
[[gnu::always_inline]] inline void mark() {
    asm volatile("slti x0, x0, 0x2c0 + %0" ::"i"(code) : "memory");
}

/// Loads from address 0 between two marks, and tells where to go on.
template <int begin, int end>
[[gnu::always_inline]] inline void fault(volatile Word* resume) {
    asm volatile("la t0, 1f\n\tsd t0, 0(%0)\n\tli t0, 0\n\t"
                 "slti x0, x0, 0x2c0 + %1\n\t"
                 "ld t0, 0(t0)\n"
                 "1:\tslti x0, x0, 0x2c0 + %2" ::"r"(resume),
                 "i"(begin), "i"(end)
                 : "t0", "memory");
}

/// Makes the thread's floating-point state live.
inline void use_fpu() {
    asm volatile(".option push\n\t.option arch, +d\n\t"
                 "fmv.d.x f0, zero\n\tfmv.d.x f8, zero\n\t"
                 ".option pop" ::
                     : "memory");
}

} // namespace cobnut::bench::isa
