// SPDX-License-Identifier: BSD-2-Clause
// What a thread has of the CPU's debug registers.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>

namespace kernel {

struct DebugState {
    Word address[cobnut::breakpoint_count] = {};
    cobnut::BreakpointKind kind[cobnut::breakpoint_count] = {};
    uint8_t size[cobnut::breakpoint_count] = {}; ///< Bytes of a watchpoint.
    bool single_step = false;

    [[nodiscard]] bool is_used() const {
        for (const cobnut::BreakpointKind one : kind)
            if (one != cobnut::BreakpointKind::none)
                return true;
        return single_step;
    }
};

} // namespace kernel
