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

    template <class Device, class Conduit, class Map>
    void start(const Device&, Conduit conduit, Map&&) {
        by_smc_ = conduit == Conduit::smc;
        by_hvc_ = conduit == Conduit::hvc;
    }

    // Both return only when firmware refuses.
    void power_off() const { call(0x84000008); }
    void reset() const { call(0x84000009); }

private:
    void call(uint32_t function) const {
        if (by_smc_)
            arch::firmware_smc(function);
        else if (by_hvc_)
            arch::firmware_hvc(function);
    }

    bool by_smc_ = false;
    bool by_hvc_ = false;
};

} // namespace platform
