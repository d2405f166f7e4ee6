// SPDX-License-Identifier: BSD-2-Clause
// Arm's calls and RISC-V's.
#pragma once

#include <machine.hpp>

namespace arch {

inline uint32_t firmware_hvc(uint32_t function) {
    device::machine->arm_call('h', function);
    return 0; // PSCI: success
}
inline uint32_t firmware_smc(uint32_t function) {
    device::machine->arm_call('s', function);
    return 0; // PSCI: success
}

struct FirmwareAnswer {
    intptr_t error;
    uintptr_t value;
};

inline FirmwareAnswer firmware_call(uintptr_t extension, uintptr_t function, uintptr_t first,
                                    uintptr_t second, uintptr_t third) {
    const auto [error, value] =
        device::machine->call({extension, function, first, second, third});
    return {error, value};
}

} // namespace arch
