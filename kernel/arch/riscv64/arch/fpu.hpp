// SPDX-License-Identifier: BSD-2-Clause
// F and D: f0 to f31 and fcsr.
#pragma once

#include <arch/csr.hpp>

#include <stddef.h>

namespace arch {

struct alignas(64) FpuState {
    uint64_t value[32];
    uint64_t control;
};

constexpr size_t max_fpu_state = sizeof(FpuState);
constexpr bool speculates_through_disable = false;

extern bool has_fpu;

inline size_t fpu_state_size() { return has_fpu ? max_fpu_state : 0; }

/// Boot: `listed`, whether the device tree says that this hart has D.
void find_fpu(bool listed);

// place: of the first, as offset(register).
#define ARCH_EACH_FLOAT(instruction, place)                                                        \
    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, "   \
    "23, 24, 25, 26, 27, 28, 29, 30, 31\n\t" instruction " f\\n, \\n * 8 + " place "\n\t.endr\n\t"

[[gnu::always_inline]] inline void save_registers(FpuState& state) {
    uint64_t control;
    asm volatile(".option push\n\t.option arch, +d\n\t"
                 ARCH_EACH_FLOAT("fsd", "0(%2)")
                 "frcsr %0\n\t.option pop"
                 : "=&r"(control), "=m"(state.value) // nothing else: the fastpath keeps what it has loaded
                 : "r"(state.value));
    state.control = control;
}
[[gnu::always_inline]] inline void load_registers(const FpuState& state) {
    asm volatile(".option push\n\t.option arch, +d\n\t"
                 ARCH_EACH_FLOAT("fld", "0(%1)")
                 "fscsr %0\n\t.option pop"
                 :
                 : "r"(state.control), "r"(state.value), "m"(state.value));
}

void fpu_init(void* state);
void fpu_save(void* state);
void fpu_restore(const void* state);
void fpu_clear();

inline void fpu_enable() {
    csr::set_sstatus(csr::Status{}.with<csr::Status::Float>(csr::FloatState::dirty));
}
inline void fpu_disable() {
    csr::clear_sstatus(csr::Status{}.with<csr::Status::Float>(csr::FloatState::dirty));
}

} // namespace arch
