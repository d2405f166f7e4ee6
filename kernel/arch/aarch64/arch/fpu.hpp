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

// FPSR and FPCR by their numbers: LLVM refuses the names where the compiler may not use the unit.
[[gnu::always_inline]] inline void save_registers(FpuState& state) {
    asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
                 "stp q0, q1, [%0]\n\tstp q2, q3, [%0, #32]\n\t"
                 "stp q4, q5, [%0, #64]\n\tstp q6, q7, [%0, #96]\n\t"
                 "stp q8, q9, [%0, #128]\n\tstp q10, q11, [%0, #160]\n\t"
                 "stp q12, q13, [%0, #192]\n\tstp q14, q15, [%0, #224]\n\t"
                 "stp q16, q17, [%0, #256]\n\tstp q18, q19, [%0, #288]\n\t"
                 "stp q20, q21, [%0, #320]\n\tstp q22, q23, [%0, #352]\n\t"
                 "stp q24, q25, [%0, #384]\n\tstp q26, q27, [%0, #416]\n\t"
                 "stp q28, q29, [%0, #448]\n\tstp q30, q31, [%0, #480]" ::"r"(&state)
                 : "memory");
    asm volatile("mrs %0, s3_3_c4_c4_1" : "=r"(state.status));
    asm volatile("mrs %0, s3_3_c4_c4_0" : "=r"(state.control));
}
[[gnu::always_inline]] inline void load_registers(const FpuState& state) {
    asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
                 "ldp q0, q1, [%0]\n\tldp q2, q3, [%0, #32]\n\t"
                 "ldp q4, q5, [%0, #64]\n\tldp q6, q7, [%0, #96]\n\t"
                 "ldp q8, q9, [%0, #128]\n\tldp q10, q11, [%0, #160]\n\t"
                 "ldp q12, q13, [%0, #192]\n\tldp q14, q15, [%0, #224]\n\t"
                 "ldp q16, q17, [%0, #256]\n\tldp q18, q19, [%0, #288]\n\t"
                 "ldp q20, q21, [%0, #320]\n\tldp q22, q23, [%0, #352]\n\t"
                 "ldp q24, q25, [%0, #384]\n\tldp q26, q27, [%0, #416]\n\t"
                 "ldp q28, q29, [%0, #448]\n\tldp q30, q31, [%0, #480]" ::"r"(&state)
                 : "memory");
    asm volatile("msr s3_3_c4_c4_1, %0" ::"r"(state.status));
    asm volatile("msr s3_3_c4_c4_0, %0" ::"r"(state.control));
}

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
