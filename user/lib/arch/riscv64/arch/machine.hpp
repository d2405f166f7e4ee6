// SPDX-License-Identifier: BSD-2-Clause
// What user/lib must know about RISC-V besides the trap instruction.
#pragma once

#include <cobnut/abi/types.hpp>
#include <cobnut/format/elf.hpp>

namespace arch {

inline constexpr auto elf_machine = cobnut::elf::Machine::riscv;

/// Numbers of the first two argument registers for Method::thread_write_registers.
inline constexpr unsigned argument_register[] = {12, 13};
/// The one that the thread uses as it likes: tp.
inline constexpr unsigned thread_register = 6;

/// Ticks of BootInfo::ticks_per_second; needs ThreadFlags::counters.
inline uint64_t read_clock() {
    uint64_t ticks;
    asm volatile("rdtime %0" : "=r"(ticks)::"memory");
    return ticks;
}

} // namespace arch
