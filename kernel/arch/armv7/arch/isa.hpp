// SPDX-License-Identifier: BSD-2-Clause
// What this ISA is called in the ABI and in executables.
#pragma once

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/format/elf.hpp>

namespace arch {

inline constexpr auto isa = cobnut::Isa::armv7;
inline constexpr auto elf_machine = cobnut::elf::Machine::arm;

} // namespace arch
