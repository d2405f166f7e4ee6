// SPDX-License-Identifier: BSD-2-Clause
// What user/lib must know about ARMv7-A besides the trap instruction.
#pragma once

#include <cobnut/abi/types.hpp>
#include <cobnut/format/elf.hpp>

namespace arch {

inline constexpr auto elf_machine = cobnut::elf::Machine::arm;

/// Numbers of the first two argument registers for Method::thread_write_registers.
inline constexpr unsigned argument_register[] = {3, 4};
/// The one that the thread uses as it likes: TPIDRURW.
inline constexpr unsigned thread_register = 17;

/// Ticks of BootInfo::ticks_per_second; needs ThreadFlags::counters.
inline uint64_t read_clock() {
    uint64_t ticks;
    asm volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(ticks)::"memory");
    return ticks;
}

} // namespace arch
