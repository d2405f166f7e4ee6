// SPDX-License-Identifier: BSD-2-Clause
// Breakpoints, watchpoints and software step of EL0 (Arm ARM D2.8 to D2.12).
#pragma once

#include <arch/registers.hpp>
#include <generic/object/debug_state.hpp>

namespace arch {

/// ID_AA64DFR0_EL1: each count is at least 2.
inline unsigned breakpoints(cobnut::BreakpointKind kind) {
    uint64_t features;
    asm("mrs %0, id_aa64dfr0_el1" : "=r"(features));
    const unsigned shift = kind == cobnut::BreakpointKind::execute ? 12 : 20;
    const auto count = static_cast<unsigned>(features >> shift & 15) + 1;
    return count < cobnut::breakpoint_count ? count : cobnut::breakpoint_count;
}

constexpr bool has_single_step() { return true; }

void load_debug(const kernel::DebugState& state);

/// SPSR_EL1.SS: one instruction is executed before the step exception is pending.
inline void arm_step(Registers& registers, bool on) {
    constexpr Word step = Word{1} << 21;
    registers.flags = on ? registers.flags | step : registers.flags & ~step;
}

/// Boot: the OS lock, which reset sets, keeps debug exceptions away; nothing is enabled.
inline void init_debug() {
    asm volatile("msr osdlr_el1, xzr\n\tmsr oslar_el1, xzr\n\tmsr mdscr_el1, %0\n\tisb" ::"r"(
        uint64_t{1} << 12));
}

} // namespace arch
