// SPDX-License-Identifier: BSD-2-Clause
// Triggers by firmware.
#include <arch/debug.hpp>
#include <arch/layout.hpp>

#include <platforms/boot/sbi/sbi.hpp>

namespace arch {

constinit unsigned trigger_count = 0;

namespace {

using cobnut::BreakpointKind;
using platform::sbi::call;

constexpr uintptr_t extension = 0x44425452;
constexpr uintptr_t count_triggers = 0, set_memory = 1, install = 3, uninstall = 5;

/// What is shared with the firmware: a trigger to install, then in the first word its number.
struct Entry {
    uint64_t state;
    uint64_t tdata1;
    uint64_t tdata2;
    uint64_t tdata3;
};

alignas(64) constinit Entry entries[cobnut::breakpoint_count]{};
constinit uint64_t installed = 0; ///< Bit mask of trigger numbers.

/// tdata1 of type 6: an exact address, user mode, action: breakpoint exception.
constexpr uint64_t match_control(BreakpointKind kind) {
    constexpr uint64_t type = uint64_t{6} << 60, user = 1 << 3;
    constexpr uint64_t accesses[] = {0, 4, 2, 1, 3};
    return type | user | accesses[static_cast<unsigned>(kind)];
}

} // namespace

void load_debug(const kernel::DebugState& state) {
    if (installed != 0)
        call(extension, uninstall, 0, installed);
    installed = 0;
    unsigned count = 0;
    for (unsigned number = 0; number < cobnut::breakpoint_count; ++number)
        if (state.kind[number] != BreakpointKind::none)
            entries[count++] = {0, match_control(state.kind[number]), state.address[number], 0};
    if (count == 0 || call(extension, install, count).error != 0)
        return;
    for (unsigned index = 0; index < count; ++index)
        installed |= uint64_t{1} << (static_cast<volatile Entry&>(entries[index]).state & 63);
}

void init_debug() {
    if (!platform::sbi::has(extension))
        return;
    if (call(extension, set_memory, physical_of_data(entries), 0).error != 0)
        return;
    const auto answer = call(extension, count_triggers, match_control(BreakpointKind::access));
    if (answer.error == 0)
        trigger_count = answer.value < cobnut::breakpoint_count
                            ? static_cast<unsigned>(answer.value)
                            : cobnut::breakpoint_count;
}

} // namespace arch
