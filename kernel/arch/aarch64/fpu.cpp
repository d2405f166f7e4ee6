// SPDX-License-Identifier: BSD-2-Clause
// Saves and restores FP/SIMD state; the rest of the kernel is compiled without it.
// FPSR and FPCR by their numbers: LLVM refuses the names where the compiler may not use the unit.
#include <arch/fpu.hpp>

namespace arch {

void fpu_init(void* state) {
    auto* words = static_cast<uint64_t*>(state);
    for (size_t index = 0; index < max_fpu_state / sizeof *words; ++index)
        words[index] = 0;
}

void fpu_save(void* state) {
    auto* s = static_cast<FpuState*>(state);
    asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
                 "stp q0, q1, [%0]\n\tstp q2, q3, [%0, #32]\n\t"
                 "stp q4, q5, [%0, #64]\n\tstp q6, q7, [%0, #96]\n\t"
                 "stp q8, q9, [%0, #128]\n\tstp q10, q11, [%0, #160]\n\t"
                 "stp q12, q13, [%0, #192]\n\tstp q14, q15, [%0, #224]\n\t"
                 "stp q16, q17, [%0, #256]\n\tstp q18, q19, [%0, #288]\n\t"
                 "stp q20, q21, [%0, #320]\n\tstp q22, q23, [%0, #352]\n\t"
                 "stp q24, q25, [%0, #384]\n\tstp q26, q27, [%0, #416]\n\t"
                 "stp q28, q29, [%0, #448]\n\tstp q30, q31, [%0, #480]" ::"r"(s)
                 : "memory");
    asm volatile("mrs %0, s3_3_c4_c4_1" : "=r"(s->status));
    asm volatile("mrs %0, s3_3_c4_c4_0" : "=r"(s->control));
}

void fpu_restore(const void* state) {
    const auto* s = static_cast<const FpuState*>(state);
    asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
                 "ldp q0, q1, [%0]\n\tldp q2, q3, [%0, #32]\n\t"
                 "ldp q4, q5, [%0, #64]\n\tldp q6, q7, [%0, #96]\n\t"
                 "ldp q8, q9, [%0, #128]\n\tldp q10, q11, [%0, #160]\n\t"
                 "ldp q12, q13, [%0, #192]\n\tldp q14, q15, [%0, #224]\n\t"
                 "ldp q16, q17, [%0, #256]\n\tldp q18, q19, [%0, #288]\n\t"
                 "ldp q20, q21, [%0, #320]\n\tldp q22, q23, [%0, #352]\n\t"
                 "ldp q24, q25, [%0, #384]\n\tldp q26, q27, [%0, #416]\n\t"
                 "ldp q28, q29, [%0, #448]\n\tldp q30, q31, [%0, #480]" ::"r"(s)
                 : "memory");
    asm volatile("msr s3_3_c4_c4_1, %0" ::"r"(s->status));
    asm volatile("msr s3_3_c4_c4_0, %0" ::"r"(s->control));
}

namespace {
constinit FpuState clear_state{};
}

void fpu_clear() { fpu_restore(&clear_state); }

} // namespace arch
