// SPDX-License-Identifier: BSD-2-Clause
// The start state of the FPU.
#include <arch/fpu.hpp>

namespace arch {

constinit FpuUnit fpu_unit;

void fpu_init(void* state)
{
    // An XSAVE header without components means start values; MXCSR and, for FXSAVE, the x87 control
    // word are read nevertheless (SDM vol. 1, 13.8).
    auto* words = static_cast<uint64_t*>(state);
    for (size_t index = 0; index < fpu_unit.size / sizeof *words; ++index)
        words[index] = 0;
    auto* bytes = static_cast<char*>(state);
    *reinterpret_cast<uint16_t*>(bytes) = 0x37f;
    *reinterpret_cast<uint32_t*>(bytes + 24) = 0x1f80;
}

} // namespace arch
