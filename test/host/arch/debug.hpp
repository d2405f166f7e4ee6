// SPDX-License-Identifier: BSD-2-Clause
// Debug registers of the simulated machine: three breakpoints, two watchpoints, stepping if told so.
#pragma once

#include <arch/host.hpp>
#include <arch/registers.hpp>
#include <generic/object/debug_state.hpp>

namespace arch {

namespace host {
inline kernel::DebugState debug_registers;
inline unsigned debug_loads = 0;
inline bool can_step = true;
} // namespace host

inline unsigned breakpoints(cobnut::BreakpointKind kind) {
    return kind == cobnut::BreakpointKind::execute ? 3 : 2;
}
inline bool has_single_step() { return host::can_step; }
inline void load_debug(const kernel::DebugState& state) {
    host::debug_registers = state;
    ++host::debug_loads;
}
inline void arm_step(Registers&, bool) {}

} // namespace arch
