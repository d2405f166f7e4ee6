// SPDX-License-Identifier: BSD-2-Clause
// The start state of the FPU.
#include <arch/fpu.hpp>

namespace arch {

constinit FpuUnit fpu_unit{};

void fpu_init(void* state) {
    // An XSAVE header without components means start values; MXCSR is read nevertheless (SDM vol.
    // 1, 13.8), and everything by FXRSTOR.
    auto* words = static_cast<uint64_t*>(state);
    for (size_t index = 0; index < fpu_unit.size / sizeof *words; ++index)
        words[index] = 0;
    *static_cast<FpuStart*>(state) = fpu_start;
}

} // namespace arch
