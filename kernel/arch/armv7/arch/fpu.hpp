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

size_t fpu_state_size();
void fpu_init(void* state);
void fpu_save(void* state);
void fpu_restore(const void* state);
void fpu_clear();
void fpu_enable();
void fpu_disable();

} // namespace arch
