// SPDX-License-Identifier: BSD-2-Clause
// What user/lib must know about AArch64 besides the trap instruction.
#pragma once

#include <cobnut/abi/types.hpp>
#include <cobnut/format/elf.hpp>

namespace arch {

inline constexpr auto elf_machine = cobnut::elf::Machine::aarch64;

/// Numbers of the first two argument registers for Method::thread_write_registers.
inline constexpr unsigned argument_register[] = {3, 4};
/// The one that the thread uses as it likes: TPIDR_EL0.
inline constexpr unsigned thread_register = 34;

/// Ticks of BootInfo::ticks_per_second; needs ThreadFlags::counters.
inline uint64_t read_clock() {
    uint64_t ticks;
    asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
    return ticks;
}

} // namespace arch
