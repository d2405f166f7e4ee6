// SPDX-License-Identifier: BSD-2-Clause
// Saves and restores FP/SIMD state; the rest of the kernel is compiled without it.
#include <arch/fpu.hpp>

namespace arch {

void fpu_init(void* state) {
    auto* words = static_cast<uint64_t*>(state);
    for (size_t index = 0; index < max_fpu_state / sizeof *words; ++index)
        words[index] = 0;
}

void fpu_save(void* state) { save_registers(*static_cast<FpuState*>(state)); }
void fpu_restore(const void* state) { load_registers(*static_cast<const FpuState*>(state)); }

namespace {
constinit FpuState clear_state{};
}

void fpu_clear() { fpu_restore(&clear_state); }

} // namespace arch
