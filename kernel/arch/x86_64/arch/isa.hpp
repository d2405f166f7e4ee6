// SPDX-License-Identifier: BSD-2-Clause
// What this ISA is called in the ABI and in executables.
#pragma once

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/format/elf.hpp>

namespace arch {

inline constexpr auto isa = cobnut::Isa::x86_64;
inline constexpr auto elf_machine = cobnut::elf::Machine::x86_64;

} // namespace arch
