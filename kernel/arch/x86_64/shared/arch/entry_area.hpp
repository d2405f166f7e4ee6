// SPDX-License-Identifier: BSD-2-Clause
// Without page-table isolation every root maps the whole kernel, and entries need no area of theirs.
#pragma once

#include <arch/instructions.hpp>
#include <arch/layout.hpp>
#include <generic/object/cpu.hpp>

namespace arch::entry_area {

constexpr bool isolated = false;
constexpr uint64_t stack_top = layout::stack_top;
constexpr uint64_t scratch = layout::cpu + offsetof(kernel::Cpu, scratch);
// PCIDs have 12 bits; the root without a space has 0.
constexpr unsigned space_identifiers = 4096;
constexpr unsigned empty_identifier = 0;

inline void switch_root(uint64_t cr3) { asm volatile("movq %0, %%cr3" ::"r"(cr3) : "memory"); }

// keep: the bit of cr3 that reads as 0.
inline void activate(uint64_t cr3, uint64_t keep) {
    if ((cr3 & ~keep) != read_control<3>())
        write_control<3>(cr3);
}

// Tells the root that the spaces' roots are made from.
inline uint64_t build(uint64_t kernel_root, uint64_t, uint64_t&) { return kernel_root; }

} // namespace arch::entry_area

#define ENTRY_AREA
#define ARCH_TO_USER                                                                               \
    "xorl %%eax, %%eax\n"                                                                          \
    "sysretq\n"
