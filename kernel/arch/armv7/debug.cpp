// SPDX-License-Identifier: BSD-2-Clause
// Debug registers in coprocessor 14.
#include <arch/debug.hpp>
#include <arch/instructions.hpp>

namespace arch {

namespace {

using cobnut::BreakpointKind;

template <unsigned Crn, unsigned Crm, unsigned Opc2>
struct Cp14 {
    static uint32_t read() {
        uint32_t value;
        asm volatile("mrc p14, 0, %0, c%c1, c%c2, %3" : "=r"(value) : "i"(Crn), "i"(Crm), "i"(Opc2));
        return value;
    }
    static void write(uint32_t value) {
        asm volatile("mcr p14, 0, %0, c%c1, c%c2, %3" ::"r"(value), "i"(Crn), "i"(Crm), "i"(Opc2));
    }
};

using Identification = Cp14<0, 0, 0>; // DBGDIDR
using LastCause = Cp14<0, 1, 0>;         // DBGDSCRint
using Control = Cp14<0, 2, 2>;        // DBGDSCRext
using OsLock = Cp14<1, 0, 4>;         // DBGOSLAR

constexpr uint32_t enabled_for_user = 1 | 2 << 1; // E; PMC and PAC: User mode alone
constexpr uint32_t monitor_mode = 1 << 15;        // MDBGen
constexpr uint32_t no_user_channel = 1 << 12;     // UDCCdis

uint32_t watch_control(const kernel::DebugState& state, unsigned number) {
    const BreakpointKind kind = state.kind[number];
    if (kind <= BreakpointKind::execute)
        return 0;
    const uint32_t accesses = kind == BreakpointKind::write ? 2 : kind == BreakpointKind::read ? 1 : 3;
    const uint32_t bytes = (1u << state.size[number]) - 1;
    return enabled_for_user | accesses << 3 | (bytes << (state.address[number] & 7)) << 5;
}

// Of a Thumb instruction in the upper half of a word that half.
uint32_t break_control(const kernel::DebugState& state, unsigned number) {
    if (state.kind[number] != BreakpointKind::execute)
        return 0;
    return enabled_for_user | ((state.address[number] & 2) != 0 ? 12u : 15u) << 5;
}

template <unsigned number>
void load_one(const kernel::DebugState& state) {
    const uint32_t address = state.address[number];
    if (number < breakpoints(BreakpointKind::execute)) {
        Cp14<0, number, 4>::write(address & ~3u);
        Cp14<0, number, 5>::write(break_control(state, number));
    }
    if (number < breakpoints(BreakpointKind::write)) {
        Cp14<0, number, 6>::write(address & ~7u);
        Cp14<0, number, 7>::write(watch_control(state, number));
    }
}

} // namespace

unsigned breakpoints(BreakpointKind kind) {
    const unsigned shift = kind == BreakpointKind::execute ? 24 : 28;
    const unsigned count = (Identification::read() >> shift & 15) + 1;
    return count < cobnut::breakpoint_count ? count : cobnut::breakpoint_count;
}

void load_debug(const kernel::DebugState& state) {
    load_one<0>(state);
    load_one<1>(state);
    load_one<2>(state);
    load_one<3>(state);
    static_assert(cobnut::breakpoint_count == 4);
    Control::write(no_user_channel | (state.is_used() ? monitor_mode : 0));
    isb();
}

void init_debug() {
    OsLock::write(0);
    isb();
    Control::write(no_user_channel);
}

unsigned debug_cause() { return LastCause::read() >> 2 & 15; }

} // namespace arch
