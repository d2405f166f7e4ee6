// SPDX-License-Identifier: BSD-2-Clause
// FP/SIMD state: v0 to v31, FPSR, FPCR.
#pragma once

#include <arch/system_registers.hpp>

#include <stddef.h>
#include <stdint.h>

namespace arch {

struct alignas(64) FpuState {
    uint64_t vector[64];
    uint64_t status;
    uint64_t control;
};

constexpr size_t max_fpu_state = sizeof(FpuState);
static_assert(max_fpu_state == 576);

inline size_t fpu_state_size() {
    constexpr uint8_t none = 15;
    return ProcessorFeatures::read().get<ProcessorFeatures::FloatingPoint>() == none
               ? 0
               : max_fpu_state;
}

/// CPACR_EL1 is checked before a value is forwarded (Arm is not among those with "lazy FP" leaks).
constexpr bool speculates_through_disable = false;

void fpu_init(void* state);
void fpu_save(void* state);
void fpu_restore(const void* state);
void fpu_clear();

// CPACR_EL1.FPEN. The kernel itself may use what it has enabled only after an isb.
inline void fpu_enable() {
    asm volatile("msr cpacr_el1, %0\n\tisb" ::"r"(uint64_t{3} << 20) : "memory");
}
inline void fpu_disable() { asm volatile("msr cpacr_el1, xzr" ::: "memory"); }

} // namespace arch
