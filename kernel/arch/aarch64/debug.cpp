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

uint64_t breakpoint_control(const kernel::DebugState& state, unsigned number) {
    return state.kind[number] == BreakpointKind::execute ? enabled_at_el0 | whole_instruction : 0;
}

template <unsigned number>
void write_breakpoint(uint64_t address, uint64_t control) {
    asm volatile("msr dbgbvr%c2_el1, %0\n\tmsr dbgbcr%c2_el1, %1" ::"r"(address), "r"(control),
                 "i"(number));
}

template <unsigned number>
void write_watchpoint(uint64_t address, uint64_t control) {
    asm volatile("msr dbgwvr%c2_el1, %0\n\tmsr dbgwcr%c2_el1, %1" ::"r"(address), "r"(control),
                 "i"(number));
}

[[gnu::noinline]] void write_breakpoint(unsigned number, uint64_t address, uint64_t control) {
    switch (number) {
    case 0: return write_breakpoint<0>(address, control);
    case 1: return write_breakpoint<1>(address, control);
    case 2: return write_breakpoint<2>(address, control);
    default: return write_breakpoint<3>(address, control);
    }
}

[[gnu::noinline]] void write_watchpoint(unsigned number, uint64_t address, uint64_t control) {
    switch (number) {
    case 0: return write_watchpoint<0>(address, control);
    case 1: return write_watchpoint<1>(address, control);
    case 2: return write_watchpoint<2>(address, control);
    default: return write_watchpoint<3>(address, control);
    }
}

} // namespace

void load_debug(const kernel::DebugState& state) {
    // Registers beyond what the CPU has are undefined.
    const unsigned breakpoint_limit = breakpoints(BreakpointKind::execute);
    const unsigned watch_limit = breakpoints(BreakpointKind::write);
    static_assert(cobnut::breakpoint_count == 4);
    for (unsigned number = 0; number < cobnut::breakpoint_count; ++number) {
        const uint64_t address = state.address[number];
        if (number < breakpoint_limit)
            write_breakpoint(number, address & ~uint64_t{3}, breakpoint_control(state, number));
        if (number < watch_limit)
            write_watchpoint(number, address & ~uint64_t{7}, watch_control(state, number));
    }
    // MDSCR_EL1: MDE, SS; TDCC keeps EL0 from the debug channel.
    const uint64_t control = uint64_t{state.is_used()} << 15 | uint64_t{state.single_step} | 1 << 12;
    asm volatile("msr mdscr_el1, %0" ::"r"(control));
}

} // namespace arch
