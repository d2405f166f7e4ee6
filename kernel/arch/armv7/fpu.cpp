// SPDX-License-Identifier: BSD-2-Clause
// Saving and loading VFP registers: d0-d31 and FPSCR, as the A7, A15 and A17 have them.
#include <generic/contract/fpu.hpp>

#include <arch/instructions.hpp>
#include <arch/fpu_setup.hpp>

namespace arch {

constinit bool has_32_registers = false;

namespace {

constinit bool present = false;

constexpr uint32_t fpexc_enable = uint32_t{1} << 30;

} // namespace

/// CPACR gives coprocessors 10 and 11 to both levels and reads back so if they exist; D32DIS off.
void find_fpu() {
    constexpr uint32_t both_levels = uint32_t{0xf} << 20;
    cp15::Cpacr::write((cp15::Cpacr::read() & ~(uint32_t{3} << 30)) | both_levels);
    isb();
    present = (cp15::Cpacr::read() & both_levels) == both_levels;
    if (!present)
        return;
    uint32_t features;
    asm volatile(".fpu neon\n\tvmrs %0, mvfr0" : "=r"(features));
    has_32_registers = (features & 15) == 2;
    fpu_enable();
    fpu_clear();
    fpu_disable();
}

size_t fpu_state_size() { return present ? sizeof(FpuState) : 0; }

void fpu_init(void* state) { *static_cast<FpuState*>(state) = FpuState{}; }

void fpu_save(void* state) { save_registers(*static_cast<FpuState*>(state)); }
void fpu_restore(const void* state) { load_registers(*static_cast<const FpuState*>(state)); }

void fpu_clear() {
    static constinit const FpuState zero{};
    fpu_restore(&zero);
}

void fpu_enable() { asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(fpexc_enable)); }
void fpu_disable() { asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(0)); }

} // namespace arch
