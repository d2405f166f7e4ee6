// SPDX-License-Identifier: BSD-2-Clause
// What the bench needs of AArch64.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut::bench::isa {

/// PMCCNTR_EL0; the barrier keeps it behind what comes before (Arm ARM D11.2.3).
[[gnu::always_inline]] inline uint64_t read_cycles() {
    uint64_t cycles;
    asm volatile("isb\n\tmrs %0, pmccntr_el0" : "=r"(cycles)::"memory");
    return cycles;
}

/// A mark of tools/cost_meter.cpp.
template <int code>
[[gnu::always_inline]] inline void mark() {
    asm volatile(".inst 0xd280001f | (0x2c0 | %c0) << 5" ::"i"(code) : "memory");
}

/// Loads from address 0 between two marks, and tells where to go on.
template <int begin, int end>
[[gnu::always_inline]] inline void fault(volatile Word* resume) {
    asm volatile("adr x9, 1f\n\tstr x9, [%0]\n\tmov x9, #0\n\t"
                 ".inst 0xd280001f | (0x2c0 | %c1) << 5\n\t"
                 "ldr x9, [x9]\n"
                 "1:\t.inst 0xd280001f | (0x2c0 | %c2) << 5" ::"r"(resume),
                 "i"(begin), "i"(end)
                 : "x9", "memory");
}

/// Makes the thread's FP/SIMD state live.
inline void use_fpu() {
    asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
                 "dup v0.2d, xzr\n\tdup v8.2d, xzr\n\t"
                 ".arch_extension nosimd\n\t.arch_extension nofp" ::
                     : "memory");
}

} // namespace cobnut::bench::isa
