// SPDX-License-Identifier: BSD-2-Clause
// Loads DR0 to DR3 and DR7.
#include <arch/debug.hpp>

namespace arch {

namespace {

using cobnut::BreakpointKind;

/// Local enable, R/W and LEN of one breakpoint in DR7.
uint64_t control(const kernel::DebugState& state, unsigned number) {
    const BreakpointKind kind = state.kind[number];
    if (kind == BreakpointKind::none)
        return 0;
    const uint64_t accesses =
        kind == BreakpointKind::execute ? 0 : kind == BreakpointKind::write ? 1 : 3;
    const uint64_t size = state.size[number];
    const uint64_t length = size <= 1 ? 0 : size == 8 ? 2 : size - 1; // 1, 2, 8, 4 bytes: 0 to 3
    return uint64_t{1} << 2 * number | (accesses | length << 2) << (16 + 4 * number);
}

} // namespace

// Off before the addresses change: no mixture of old and new is ever active.
void load_debug(const kernel::DebugState& state) {
    constexpr uint64_t off = 0x400;
    asm volatile("mov %0, %%dr7" ::"r"(off));
    asm volatile("mov %0, %%dr0\n\tmov %1, %%dr1\n\tmov %2, %%dr2\n\tmov %3, %%dr3" ::"r"(
                     state.address[0]),
                 "r"(state.address[1]), "r"(state.address[2]), "r"(state.address[3]));
    static_assert(cobnut::breakpoint_count == 4);
    uint64_t wanted = off;
    for (unsigned number = 0; number < cobnut::breakpoint_count; ++number)
        wanted |= control(state, number);
    asm volatile("mov %0, %%dr7" ::"r"(wanted));
}

} // namespace arch
