// SPDX-License-Identifier: BSD-2-Clause
// Triggers by firmware's debug trigger extension (SBI 3.0 chapter 19, DBTR; Sdtrig mcontrol6). It has no
// single step.
#pragma once

#include <arch/registers.hpp>
#include <generic/object/debug_state.hpp>

namespace arch {

extern unsigned trigger_count; ///< 0: no such firmware, or no triggers.

inline unsigned breakpoints(cobnut::BreakpointKind) { return trigger_count; }
constexpr bool has_single_step() { return false; }

void load_debug(const kernel::DebugState& state);
inline void arm_step(Registers&, bool) {}

/// Boot: asks the firmware, and gives it the memory for its answers.
void init_debug();

} // namespace arch
