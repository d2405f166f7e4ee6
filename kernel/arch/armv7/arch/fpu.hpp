// SPDX-License-Identifier: BSD-2-Clause
// VFP and Advanced SIMD state; the unit stands open to user level only for threads with the flag (FPEXC.EN).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace arch {

struct alignas(64) FpuState {
    uint64_t d[32];
    uint32_t fpscr;
};

/// Nothing says that no CPU with this ISA does; clearing costs little.
inline constexpr bool speculates_through_disable = true;
inline constexpr size_t max_fpu_state = sizeof(FpuState);

extern bool has_32_registers; ///< d16 to d31 are there.

[[gnu::always_inline]] inline void save_registers(FpuState& state) {
    uint64_t* upper = state.d;
    asm volatile(".fpu neon\n\tvstmia %0!, {d0-d15}" : "+r"(upper) : : "memory");
    if (has_32_registers)
        asm volatile(".fpu neon\n\tvstmia %0, {d16-d31}" : : "r"(upper) : "memory");
    asm volatile(".fpu neon\n\tvmrs %0, fpscr" : "=r"(state.fpscr));
}
[[gnu::always_inline]] inline void load_registers(const FpuState& state) {
    const uint64_t* upper = state.d;
    asm volatile(".fpu neon\n\tvldmia %0!, {d0-d15}" : "+r"(upper) : : "memory");
    if (has_32_registers)
        asm volatile(".fpu neon\n\tvldmia %0, {d16-d31}" : : "r"(upper) : "memory");
    asm volatile(".fpu neon\n\tvmsr fpscr, %0" : : "r"(state.fpscr));
}

size_t fpu_state_size();
void fpu_init(void* state);
void fpu_save(void* state);
void fpu_restore(const void* state);
void fpu_clear();
void fpu_enable();
void fpu_disable();

} // namespace arch
