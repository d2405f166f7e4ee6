// SPDX-License-Identifier: BSD-2-Clause
// Arm PSCI 0.2 and later (DEN 0022): power-off and reset through firmware.
#pragma once

#include <arch/firmware_call.hpp>

#include <stdint.h>

namespace platform {

class Psci {
public:
    static constexpr const char* compatible[] = {"arm,psci-1.0", "arm,psci-0.2"};

    constexpr Psci() = default;
    constexpr explicit Psci(bool by_smc) : by_smc_{by_smc} {}

    // Both return only when firmware refuses.
    void power_off() const { call(0x84000008); }
    void reset() const { call(0x84000009); }

private:
    void call(uint32_t function) const {
        if (by_smc_)
            arch::firmware_smc(function);
        else
            arch::firmware_hvc(function);
    }

    bool by_smc_ = false;
};

} // namespace platform
