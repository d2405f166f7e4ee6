// SPDX-License-Identifier: BSD-2-Clause
// Breakpoints, watchpoints and single step of threads (docs/design/debug.md).
#pragma once

#include <generic/object/invocation.hpp>

namespace kernel::hardware_debug {

[[nodiscard]] Failure set_breakpoint(const Invocation& call, Thread& thread);
[[nodiscard]] Failure get_breakpoint(Invocation& call, const Thread& thread);
[[nodiscard]] Failure set_single_step(const Invocation& call, Thread& thread);

/// A thread that uses debug registers, or a CPU that holds those of another one.
void switch_to(Cpu& cpu, const Thread& thread);

/// The number of the breakpoint that this address hits, or cobnut::breakpoint_count.
[[nodiscard]] unsigned hit(const Thread& thread, bool execute, Word address);

} // namespace kernel::hardware_debug
