// SPDX-License-Identifier: BSD-2-Clause
// Debug registers and the trap flag (SDM volume 3, chapter 18).
#pragma once

#include <arch/registers.hpp>
#include <generic/object/debug_state.hpp>

namespace arch {

/// There is no watching of loads alone.
constexpr unsigned breakpoints(cobnut::BreakpointKind kind) {
    return kind == cobnut::BreakpointKind::read ? 0 : cobnut::breakpoint_count;
}

constexpr bool has_single_step() { return true; }

void load_debug(const kernel::DebugState& state);

inline void arm_step(Registers& registers, bool on) {
    constexpr Word trap_flag = 0x100;
    registers.rflags = on ? registers.rflags | trap_flag : registers.rflags & ~trap_flag;
}

/// DR6, cleared for the next exception: its bits are sticky.
inline uint64_t take_debug_status() {
    uint64_t status;
    asm volatile("mov %%dr6, %0\n\tmov %1, %%dr6" : "=&r"(status) : "r"(uint64_t{0xffff0ff0}));
    return status;
}

} // namespace arch
