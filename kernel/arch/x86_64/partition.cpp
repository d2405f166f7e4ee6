// SPDX-License-Identifier: BSD-2-Clause
// What is forgotten between two time partitions.
#include <arch/cpu.hpp>

namespace arch {

// SDM volume 3, 4.10.4.1 (a change of CR4.PGE drops all translations); IBPB and L1D flush: volume 4,
// IA32_PRED_CMD and IA32_FLUSH_CMD, told by CPUID 7 EDX bits 26 and 28, AMD's IBPB by 80000008 EBX.
void flush_for_partition() {
    constexpr uint64_t global_pages = uint64_t{1} << 7;
    const uint64_t control = read_control<4>();
    write_control<4>(control & ~global_pages);
    write_control<4>(control);
    const uint32_t features = cpuid(0).eax >= 7 ? cpuid(7).edx : 0;
    const bool has_barrier = (features >> 26 & 1) != 0 || (cpuid(0x80000008).ebx >> 12 & 1) != 0;
    if (has_barrier)
        write_msr(Msr::predictor_command, 1);
    if ((features >> 28 & 1) != 0)
        write_msr(Msr::flush_command, 1);
}

} // namespace arch
