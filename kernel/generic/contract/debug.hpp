// SPDX-License-Identifier: BSD-2-Clause
// Contract: breakpoints, watchpoints and single step of user level.
#pragma once

#include <arch/debug.hpp>

#include <concepts>

namespace contract {

using cobnut::BreakpointKind;

// unsigned breakpoints(BreakpointKind): how many of the thread's breakpoints, from number 0 on, can
//   be of this kind on this machine; 0: none.
static_assert(std::same_as<decltype(arch::breakpoints(BreakpointKind::execute)), unsigned>);
// bool has_single_step()
static_assert(std::same_as<decltype(arch::has_single_step()), bool>);
// load_debug(const kernel::DebugState&): the CPU's registers get the thread's, for user level only;
//   whatever it does not use is off. Called at switches between threads of which one uses them.
//   A state of nothing switches all off.
static_assert(requires(const kernel::DebugState& s) { arch::load_debug(s); });
// arm_step(Registers&, bool): the thread's next instruction is (not) followed by a step exception,
//   if its frame has to say so. Called when stepping begins or ends, and when a fault is answered.
static_assert(requires(arch::Registers& r) { arch::arm_step(r, true); });

} // namespace contract
