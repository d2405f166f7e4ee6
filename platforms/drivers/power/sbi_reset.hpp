// SPDX-License-Identifier: BSD-2-Clause
// Power-off, reset and standby by the firmware (SBI 2.0, chapters 9 and 10, else the legacy shutdown).
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
    /// The hart's default retentive state (chapter 9).
    [[nodiscard]] bool suspend() const {
        constexpr uintptr_t hart_suspend = 3, default_retentive = 0;
        return sbi::has(sbi::extension_hart_state) &&
               sbi::call(sbi::extension_hart_state, hart_suspend, default_retentive).error == 0;
    }

private:
    static constexpr uintptr_t shutdown = 0, cold_reboot = 1;

    static void call(uintptr_t type) {
        if (sbi::has(sbi::extension_reset))
            sbi::call(sbi::extension_reset, 0, type, 0);
    }
};

} // namespace platform
