// SPDX-License-Identifier: BSD-2-Clause
// Loads the debug registers (Arm ARM D19.3). The return to user level synchronises the writes.
#include <arch/debug.hpp>

namespace arch {

namespace {

using cobnut::BreakpointKind;

constexpr uint64_t enabled_at_el0 = 1 | 2 << 1; // E; PMC and PAC: EL0 alone
constexpr uint64_t whole_instruction = 15 << 5;

uint64_t watch_control(const kernel::DebugState& state, unsigned number) {
    const BreakpointKind kind = state.kind[number];
    if (kind <= BreakpointKind::execute)
        return 0;
    const uint64_t accesses = kind == BreakpointKind::write ? 2 : kind == BreakpointKind::read ? 1 : 3;
    const uint64_t bytes = (uint64_t{1} << state.size[number]) - 1;
    return enabled_at_el0 | accesses << 3 | (bytes << (state.address[number] & 7)) << 5;
}

struct Controls {
    uint64_t breakpoint;
    uint64_t watchpoint;
};

// Registers beyond what the CPU has are undefined.
template <unsigned number>
void write_one(uint64_t address, Controls controls, unsigned breakpoint_limit,
               unsigned watch_limit) {
    if (number < breakpoint_limit)
        asm volatile("msr dbgbvr%c2_el1, %0\n\tmsr dbgbcr%c2_el1, %1" ::"r"(address & ~uint64_t{3}),
                     "r"(controls.breakpoint), "i"(number));
    if (number < watch_limit)
        asm volatile("msr dbgwvr%c2_el1, %0\n\tmsr dbgwcr%c2_el1, %1" ::"r"(address & ~uint64_t{7}),
                     "r"(controls.watchpoint), "i"(number));
}

} // namespace

void load_debug(const kernel::DebugState& state) {
    Controls controls[cobnut::breakpoint_count];
    for (unsigned number = 0; number < cobnut::breakpoint_count; ++number) {
        const bool executes = state.kind[number] == BreakpointKind::execute;
        controls[number] = {executes ? enabled_at_el0 | whole_instruction : 0,
                            watch_control(state, number)};
    }
    const unsigned breakpoint_limit = breakpoints(BreakpointKind::execute);
    const unsigned watch_limit = breakpoints(BreakpointKind::write);
    write_one<0>(state.address[0], controls[0], breakpoint_limit, watch_limit);
    write_one<1>(state.address[1], controls[1], breakpoint_limit, watch_limit);
    write_one<2>(state.address[2], controls[2], breakpoint_limit, watch_limit);
    write_one<3>(state.address[3], controls[3], breakpoint_limit, watch_limit);
    static_assert(cobnut::breakpoint_count == 4);
    // MDSCR_EL1: MDE, SS; TDCC keeps EL0 from the debug channel.
    const uint64_t control = uint64_t{state.is_used()} << 15 | uint64_t{state.single_step} | 1 << 12;
    asm volatile("msr mdscr_el1, %0" ::"r"(control));
}

} // namespace arch
