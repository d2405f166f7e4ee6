// SPDX-License-Identifier: BSD-2-Clause
// Saves and restores F and D; the rest of the kernel is compiled without them.
#include <arch/fpu.hpp>

namespace arch {

namespace {

constinit FpuState clear_state{};

} // namespace

void fpu_init(void* state) { *static_cast<FpuState*>(state) = FpuState{}; }

void fpu_save(void* state) { save_registers(*static_cast<FpuState*>(state)); }
void fpu_restore(const void* state) { load_registers(*static_cast<const FpuState*>(state)); }

void fpu_clear() { fpu_restore(&clear_state); }

} // namespace arch
