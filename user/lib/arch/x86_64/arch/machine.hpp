// SPDX-License-Identifier: BSD-2-Clause
// What user/lib must know about x86-64 besides the trap instruction.
#pragma once

#include <cobnut/abi/types.hpp>
#include <cobnut/format/elf.hpp>

namespace arch {

inline constexpr auto elf_machine = cobnut::elf::Machine::x86_64;

/// Numbers of the first two argument registers for Method::thread_write_registers.
inline constexpr unsigned argument_register[] = {8, 7};
/// The one that the thread uses as it likes: FS base.
inline constexpr unsigned thread_register = 18;

/// Ticks of BootInfo::ticks_per_second; needs ThreadFlags::counters.
inline uint64_t read_clock() {
    uint32_t low, high;
    asm volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high)::"memory");
    return uint64_t{high} << 32 | low;
}

} // namespace arch
