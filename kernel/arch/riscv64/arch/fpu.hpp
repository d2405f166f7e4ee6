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

constexpr size_t fpu_state_size() { return max_fpu_state; }

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
