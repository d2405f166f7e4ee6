// SPDX-License-Identifier: BSD-2-Clause
// RISC-V's breakpoints and watchpoints on a model of firmware's debug trigger extension (SBI 3.0, DBTR),
// which no emulator's firmware here has.
#include "machine.hpp"

#include <arch/debug.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <optional>

namespace {

using cobnut::BreakpointKind;
using kernel::DebugState;

constexpr uintptr_t base = 0x10, debug_triggers = 0x44425452;
constexpr intptr_t failed = -1, not_supported = -2, invalid_parameter = -3, no_memory = -9;

// mcontrol6 (Sdtrig 1.0, 5.7.12): type 6 in the highest four bits, then dmode; user mode, execute, store, load.
constexpr uint64_t type_match = uint64_t{6} << 60;
constexpr uint64_t user = 8, execute = 4, store = 2, load = 1;
constexpr uint64_t debug_mode = uint64_t{1} << 59, machine_mode = 64, supervisor_mode = 16;

struct Trigger {
    uint64_t tdata1, tdata2;
    bool operator==(const Trigger&) const = default;
};

struct Firmware {
    device::Powered machine;
    bool has_extension = true, takes_memory = true;
    std::array<std::optional<Trigger>, 8> triggers{};
    unsigned trigger_count = 8; ///< Of those.
    uint64_t* memory = nullptr;

    Firmware() {
        machine.call = [this](const std::vector<uintptr_t>& words) { return answer(words); };
    }
    std::pair<intptr_t, uintptr_t> answer(const std::vector<uintptr_t>& words) {
        if (words[0] == base)
            return {0, has_extension && words[2] == debug_triggers};
        REQUIRE(words[0] == debug_triggers);
        if (!has_extension)
            return {not_supported, 0};
        switch (words[1]) {
        case 0: return {0, trigger_count};
        case 1: return {set_memory(words[2], words[3], words[4]), 0};
        case 3: return {install(words[2]), 0};
        case 5: return {uninstall(words[2], words[3]), 0};
        default: FAIL("function " << words[1]);
        }
        return {};
    }
    intptr_t set_memory(uintptr_t low, uintptr_t high, uintptr_t flags) {
        CHECK((low % sizeof(uintptr_t) == 0 && high == 0 && flags == 0));
        if (!takes_memory)
            return failed;
        memory = reinterpret_cast<uint64_t*>(low);
        return 0;
    }
    /// All or none; each entry gets its trigger's number in place of its first word.
    intptr_t install(uintptr_t count) {
        REQUIRE(memory != nullptr);
        unsigned free = 0;
        for (unsigned number = 0; number < trigger_count; ++number)
            free += triggers[number] ? 0 : 1;
        if (count > free)
            return no_memory;
        for (uintptr_t index = 0; index < count; ++index)
            if ((memory[4 * index + 1] & (debug_mode | machine_mode)) != 0)
                return invalid_parameter;
        unsigned number = 0;
        for (uintptr_t index = 0; index < count; ++index) {
            while (triggers[number])
                ++number;
            triggers[number] = Trigger{memory[4 * index + 1], memory[4 * index + 2]};
            memory[4 * index] = number;
        }
        return 0;
    }
    intptr_t uninstall(uintptr_t first, uintptr_t mask) {
        for (unsigned number = 0; number < 64; ++number)
            if ((mask >> number & 1) != 0) {
                REQUIRE(number + first < trigger_count);
                REQUIRE(triggers[number + first]);
                triggers[number + first].reset();
            }
        return 0;
    }
    unsigned installed() const {
        unsigned count = 0;
        for (const auto& trigger : triggers)
            count += trigger ? 1 : 0;
        return count;
    }
};

/// Firmware that the kernel has asked; behind the test nothing is installed.
struct Started : Firmware {
    explicit Started(unsigned count = 8) {
        trigger_count = count;
        arch::trigger_count = 0;
        arch::init_debug();
    }
    ~Started() { arch::load_debug(DebugState{}); }
};

DebugState with(unsigned number, BreakpointKind kind, uint64_t address, unsigned size = 0) {
    DebugState state;
    state.kind[number] = kind;
    state.address[number] = address;
    state.size[number] = static_cast<uint8_t>(size);
    return state;
}

} // namespace

TEST_CASE("RISC-V: without the extension, or without its memory, there are no breakpoints", "[debug]") {
    Firmware firmware;
    arch::trigger_count = 0;
    firmware.has_extension = false;
    arch::init_debug();
    CHECK(arch::breakpoints(BreakpointKind::execute) == 0);
    firmware.has_extension = true;
    firmware.takes_memory = false;
    arch::init_debug();
    CHECK(arch::breakpoints(BreakpointKind::write) == 0);
    CHECK_FALSE(arch::has_single_step());
}

TEST_CASE("RISC-V: there are as many breakpoints as triggers, four at most", "[debug]") {
    for (const auto& [triggers, told] : {std::pair{0u, 0u}, {2u, 2u}, {4u, 4u}, {8u, 4u}}) {
        const Started firmware(triggers);
        CHECK(arch::breakpoints(BreakpointKind::execute) == told);
        CHECK(arch::breakpoints(BreakpointKind::access) == told);
    }
}

TEST_CASE("RISC-V: a trigger matches an exact address at user level alone", "[debug]") {
    const Started firmware;
    const std::pair<BreakpointKind, uint64_t> kinds[] = {
        {BreakpointKind::execute, execute}, {BreakpointKind::write, store},
        {BreakpointKind::read, load}, {BreakpointKind::access, store | load}};
    for (const auto& [kind, accesses] : kinds) {
        arch::load_debug(with(0, kind, 0x12340, kind == BreakpointKind::execute ? 0 : 8));
        CHECK(firmware.installed() == 1);
        const Trigger expected{type_match | user | accesses, 0x12340};
        CHECK(firmware.triggers[0] == expected);
        CHECK((firmware.triggers[0]->tdata1 & supervisor_mode) == 0);
    }
}

TEST_CASE("RISC-V: a thread's breakpoints replace the other's, and one without removes them", "[debug]") {
    const Started firmware;
    DebugState all;
    for (unsigned number = 0; number < cobnut::breakpoint_count; ++number) {
        all.kind[number] = BreakpointKind::execute;
        all.address[number] = 0x1000 + 2 * number;
    }
    arch::load_debug(all);
    CHECK(firmware.installed() == cobnut::breakpoint_count);
    for (unsigned number = 0; number < cobnut::breakpoint_count; ++number)
        CHECK(firmware.triggers[number]->tdata2 == 0x1000 + 2 * number);
    arch::load_debug(with(3, BreakpointKind::write, 0x2000, 4));
    CHECK(firmware.installed() == 1);
    CHECK(firmware.triggers[0]->tdata2 == 0x2000);
    arch::load_debug(DebugState{});
    CHECK(firmware.installed() == 0);
    arch::load_debug(DebugState{});
    CHECK(firmware.installed() == 0);
}

TEST_CASE("RISC-V: triggers that are others' stay, and are worked around", "[debug]") {
    Started firmware;
    const Trigger others{type_match | supervisor_mode | execute, 0x7777};
    firmware.triggers[0] = firmware.triggers[2] = others;
    DebugState two = with(0, BreakpointKind::read, 0x100, 1);
    two.kind[1] = BreakpointKind::execute;
    two.address[1] = 0x200;
    arch::load_debug(two);
    CHECK(firmware.triggers[1]->tdata2 == 0x100);
    CHECK(firmware.triggers[3]->tdata2 == 0x200);
    arch::load_debug(DebugState{});
    CHECK(firmware.installed() == 2);
    CHECK(firmware.triggers[0] == others);
    CHECK(firmware.triggers[2] == others);
}

TEST_CASE("RISC-V: what firmware refuses is not installed, and nothing is removed for it", "[debug]") {
    Started firmware(2);
    DebugState three = with(0, BreakpointKind::read, 0x100, 1);
    three.kind[1] = three.kind[2] = BreakpointKind::execute;
    arch::load_debug(three);
    CHECK(firmware.installed() == 0);
    arch::load_debug(with(0, BreakpointKind::execute, 0x300));
    CHECK(firmware.installed() == 1);
}
