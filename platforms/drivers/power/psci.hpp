// SPDX-License-Identifier: BSD-2-Clause
// Arm PSCI 0.2 and later (DEN 0022): power-off, reset and standby through firmware.
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
    void power_off() const { (void)call(0x84000008); }
    void reset() const { (void)call(0x84000009); }
    /// CPU_SUSPEND with power state 0: the standby state of this core, which keeps all it knows.
    [[nodiscard]] bool suspend() const { return call(0x84000001) == success; }

private:
    static constexpr uint32_t success = 0, not_supported = ~uint32_t{0};

    [[nodiscard]] uint32_t call(uint32_t function) const {
        // NOLINTBEGIN(readability-redundant-casting): on ARMv7-A it is one already
        if (by_smc_)
            return static_cast<uint32_t>(arch::firmware_smc(function));
        if (by_hvc_)
            return static_cast<uint32_t>(arch::firmware_hvc(function));
        // NOLINTEND(readability-redundant-casting)
        return not_supported;
    }

    bool by_smc_ = false;
    bool by_hvc_ = false;
};

} // namespace platform
