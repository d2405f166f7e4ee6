// SPDX-License-Identifier: BSD-2-Clause
// Breakpoints and watchpoints of User mode, by coprocessor 14 (Arm ARM DDI 0406C C3, C11). Stepping would
// take a mismatch breakpoint, which emulators lack without saying so: not supported.
#pragma once

#include <arch/registers.hpp>
#include <generic/object/debug_state.hpp>

namespace arch {

unsigned breakpoints(cobnut::BreakpointKind kind);
void load_debug(const kernel::DebugState& state);
void init_debug(); ///< Boot: unlocked, nothing enabled.

constexpr bool has_single_step() { return false; }
inline void arm_step(Registers&, bool) {}

/// DBGDSCR.MOE: what the last debug exception was.
unsigned debug_cause();

} // namespace arch
