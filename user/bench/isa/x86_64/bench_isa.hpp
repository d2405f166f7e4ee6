// SPDX-License-Identifier: BSD-2-Clause
// What the bench needs of x86-64.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut::bench::isa {

/// The fence keeps it behind what comes before (Intel SDM volume 2, RDTSC).
[[gnu::always_inline]] inline uint64_t read_cycles() {
    uint32_t low, high;
    asm volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high)::"memory");
    return uint64_t{high} << 32 | low;
}

/// A mark of tools/cost_meter.cpp.
template <int code>
[[gnu::always_inline]] inline void mark() {
    asm volatile(".byte 0x0f, 0x1f, 0x80\n\t.long 0x5c0002c0 + %c0" ::"i"(code) : "memory");
}

/// Loads from address 0 between two marks, and tells where to go on.
template <int begin, int end>
[[gnu::always_inline]] inline void fault(volatile Word* resume) {
    asm volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, (%0)\n\txorl %%eax, %%eax\n\t"
                 ".byte 0x0f, 0x1f, 0x80\n\t.long 0x5c0002c0 + %c1\n\t"
                 "movq (%%rax), %%rax\n"
                 "1:\t.byte 0x0f, 0x1f, 0x80\n\t.long 0x5c0002c0 + %c2" ::"r"(resume),
                 "i"(begin), "i"(end)
                 : "rax", "cc", "memory");
}

/// Makes the thread's FP/SIMD state live.
inline void use_fpu() { asm volatile("pxor %%xmm0, %%xmm0" ::: "memory"); }

} // namespace cobnut::bench::isa
