// SPDX-License-Identifier: BSD-2-Clause
// FP and SIMD state: XSAVE of x87, SSE, AVX and AVX-512, or FXSAVE where there is no XSAVE.
#pragma once

#include <arch/instructions.hpp>

namespace arch {

// Components that the kernel switches on: those of XCR0 bits 0-2 and 5-7.
constexpr uint64_t fpu_components = 0xe7;
constexpr size_t max_fpu_state = 2816;

struct FpuUnit {
    uint32_t size = 512;
    bool xsave = false;
};
extern FpuUnit fpu_unit;

inline size_t fpu_state_size()
{
    return fpu_unit.size;
}

inline void fpu_enable()
{
    asm volatile("clts");
}

inline void fpu_disable()
{
    constexpr uint64_t task_switched = 8;
    write_control<0>(read_control<0>() | task_switched);
}

inline void fpu_save(void* state)
{
    if (fpu_unit.xsave)
        asm volatile("xsave64 (%0)" ::"r"(state), "a"(~0u), "d"(~0u) : "memory");
    else
        asm volatile("fxsave64 (%0)" ::"r"(state) : "memory");
}

inline void fpu_restore(const void* state)
{
    if (fpu_unit.xsave)
        asm volatile("xrstor64 (%0)" ::"r"(state), "a"(~0u), "d"(~0u) : "memory");
    else
        asm volatile("fxrstor64 (%0)" ::"r"(state) : "memory");
}

// All registers at their start values; rounding to nearest, all exceptions masked.
void fpu_init(void* state);

} // namespace arch
