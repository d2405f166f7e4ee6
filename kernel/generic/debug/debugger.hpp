// SPDX-License-Identifier: BSD-2-Clause
// The kernel debugger of the debug variant (docs/manual/debugger.md); nothing in the others.
#pragma once

#include <generic/debug/variant.hpp>
#include <generic/object/cpu.hpp>

namespace kernel::debug {

namespace detail {
void listen(Cpu& cpu);
void limit_idle(Cpu& cpu);
void offer();
} // namespace detail

/// Looks whether somebody has typed the key, and runs the debugger until `go` if so. The kernel's
/// objects are whole when this is called: at the timer's interrupt.
inline void listen(Cpu& cpu) {
    if constexpr (enabled)
        detail::listen(cpu);
}

/// The core is about to wait without a thread: not so long that the key would not be noticed.
inline void limit_idle(Cpu& cpu) {
    if constexpr (enabled)
        detail::limit_idle(cpu);
}

/// The kernel has ended with a fatal line: for a moment the key leads into the debugger.
inline void offer() {
    if constexpr (enabled)
        detail::offer();
}

} // namespace kernel::debug
