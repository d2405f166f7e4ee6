// SPDX-License-Identifier: BSD-2-Clause
// What must hold whenever the kernel is left: checked by the debug kernel, nothing in the others.
#pragma once

#include <generic/debug/variant.hpp>
#include <generic/object/cpu.hpp>

namespace kernel::debug {

/// Entries between two looks at all queues of the core.
inline constexpr unsigned invariant_interval = 16;

namespace detail {
void check_current(const Cpu& cpu);
void check_queues(const Cpu& cpu);
} // namespace detail

/// After every entry what it touched for sure, after every Nth the queues of the core. Ends the
/// kernel with one line that names what does not hold.
inline void check_invariants(Cpu& cpu) {
    if constexpr (enabled) {
        detail::check_current(cpu);
        if (++cpu.entries % invariant_interval == 0)
            detail::check_queues(cpu);
    }
}

} // namespace kernel::debug
