// SPDX-License-Identifier: BSD-2-Clause
// With page-table isolation a user's root maps of the kernel the entry area alone: the page of entry.S,
// the processor's tables, and behind the Cpu a page with the stack of user entries and the roots.
#pragma once

#include <arch/layout.hpp>

namespace arch::entry_area {

constexpr bool isolated = true;
// PCIDs have 12 bits: 0 is the kernel's, the last that of the root without a space.
constexpr unsigned space_identifiers = 4095;
constexpr unsigned empty_identifier = 4095;

// At the end of the page, in a cache line with the frame of iretq below them.
struct Roots {
    uint64_t kernel; ///< CR3 of the kernel.
    uint64_t user;   ///< CR3 of the way out.
};
constexpr uint64_t roots = layout::entry_page + layout::page - sizeof(Roots);
constexpr uint64_t stack_top = roots;
// Words of the frame. What syscall notes there are flags.
constexpr uint64_t frame_ip = stack_top - 40, frame_flags = stack_top - 24, frame_sp = stack_top - 16;
constexpr uint64_t scratch = frame_sp;

// The way out loads the root. The new program must not find the old one's pointers here.
[[gnu::always_inline]] inline void switch_root(uint64_t cr3) {
    asm volatile("movq %0, %c1\n movq $0, %c2\n movq $0, %c3\n movq $0, %c4" ::"r"(cr3),
                 "i"(roots + offsetof(Roots, user)), "i"(frame_ip),
                 "i"(frame_flags), "i"(frame_sp)
                 : "memory");
}

inline void activate(uint64_t cr3, uint64_t) { switch_root(cr3); }

// Boot: makes the tables of the area and the core's page, which it enters at place in the kernel's. keep:
// the bit of CR3 that keeps translations, or 0. Tells the root that the spaces' roots are made from.
uint64_t build(uint64_t kernel_root, uint64_t keep, uint64_t& place);

} // namespace arch::entry_area

#define ENTRY_AREA [[gnu::section(".data.entry_area")]]
#define ARCH_TO_USER "jmp entry_area_sysret\n"
