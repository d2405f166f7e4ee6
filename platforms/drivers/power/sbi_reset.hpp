// SPDX-License-Identifier: BSD-2-Clause
// Power-off and reset by the firmware (SBI 2.0, chapter 10, else the legacy shutdown).
#pragma once

#include <platforms/boot/sbi/sbi.hpp>

namespace platform {

class SbiReset {
public:
    static constexpr const char* compatible[] = {"riscv"};

    // Both return only when the firmware cannot do it.
    void power_off() const {
        call(shutdown);
        sbi::call(sbi::legacy_shutdown, 0);
    }
    void reset() const { call(cold_reboot); }

private:
    static constexpr uintptr_t shutdown = 0, cold_reboot = 1;

    static void call(uintptr_t type) {
        if (sbi::has(sbi::extension_reset))
            sbi::call(sbi::extension_reset, 0, type, 0);
    }
};

} // namespace platform
