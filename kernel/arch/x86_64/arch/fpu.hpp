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

inline size_t fpu_state_size() { return fpu_unit.size; }

inline void fpu_enable() { asm volatile("clts"); }

inline void fpu_disable() {
    constexpr uint64_t task_switched = 8;
    write_control<0>(read_control<0>() | task_switched);
}

inline void fpu_save(void* state) {
    if (fpu_unit.xsave)
        asm volatile("xsave64 (%0)" ::"r"(state), "a"(~0u), "d"(~0u) : "memory");
    else
        asm volatile("fxsave64 (%0)" ::"r"(state) : "memory");
}

inline void fpu_restore(const void* state) {
    if (fpu_unit.xsave)
        asm volatile("xrstor64 (%0)" ::"r"(state), "a"(~0u), "d"(~0u) : "memory");
    else
        asm volatile("fxrstor64 (%0)" ::"r"(state) : "memory");
}

// Loads may run ahead of the disable bit (lazy FP state restore), so registers are cleared with it.
constexpr bool speculates_through_disable = true;

// An area that makes all registers start values: legacy part and an XSAVE header without
// components.
struct alignas(64) FpuStart {
    uint16_t control = 0x37f;
    uint16_t reserved_0[11] = {};
    uint32_t mxcsr = 0x1f80;
    uint32_t reserved_1[137] = {};
};
static_assert(sizeof(FpuStart) == 576);
inline constexpr FpuStart fpu_start;

inline void fpu_clear() { fpu_restore(&fpu_start); }

// All registers at their start values; rounding to nearest, all exceptions masked.
void fpu_init(void* state);

} // namespace arch
