// SPDX-License-Identifier: BSD-2-Clause
// Saves and restores F and D; the rest of the kernel is compiled without them.
#include <arch/fpu.hpp>

namespace arch {

namespace {

constinit FpuState clear_state{};

} // namespace

void fpu_init(void* state) { *static_cast<FpuState*>(state) = FpuState{}; }

void fpu_save(void* state) {
    auto* const s = static_cast<FpuState*>(state);
    asm volatile(".option push\n\t.option arch, +d\n\t"
                 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,"
                 " 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
                 "fsd f\\n, (\\n * 8)(%1)\n\t.endr\n\t"
                 "frcsr %0\n\t.option pop"
                 : "=&r"(s->control)
                 : "r"(s->value)
                 : "memory");
}

void fpu_restore(const void* state) {
    const auto* const s = static_cast<const FpuState*>(state);
    asm volatile(".option push\n\t.option arch, +d\n\t"
                 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,"
                 " 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
                 "fld f\\n, (\\n * 8)(%1)\n\t.endr\n\t"
                 "fscsr %0\n\t.option pop"
                 :
                 : "r"(s->control), "r"(s->value)
                 : "memory");
}

void fpu_clear() { fpu_restore(&clear_state); }

} // namespace arch
