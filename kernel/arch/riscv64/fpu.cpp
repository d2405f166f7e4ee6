// SPDX-License-Identifier: BSD-2-Clause
// Saves and restores F and D; the rest of the kernel is compiled without them.
#include <arch/fpu.hpp>

#include <generic/base/attributes.hpp>

namespace arch {

constinit bool has_fpu = false;

namespace {

constinit FpuState clear_state{};

} // namespace

/// misa is M-mode's. FS that cannot be written belongs to a hart without F, or to firmware that keeps it
/// (Privileged Architecture 3.1.6.6).
KERNEL_BOOT void find_fpu(bool listed) {
    fpu_enable();
    has_fpu = listed && csr::read_sstatus().get<csr::Status::Float>() != csr::FloatState::off;
    fpu_disable();
}

void fpu_init(void* state) { *static_cast<FpuState*>(state) = FpuState{}; }

void fpu_save(void* state) { save_registers(*static_cast<FpuState*>(state)); }
void fpu_restore(const void* state) { load_registers(*static_cast<const FpuState*>(state)); }

void fpu_clear() { fpu_restore(&clear_state); }

} // namespace arch
