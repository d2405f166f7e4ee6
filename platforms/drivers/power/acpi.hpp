// SPDX-License-Identifier: BSD-2-Clause
// Soft-off (S5) and reset by what ACPI's tables say, else by the chipset's old ways (ACPI 6.5,
// sections 4.8.3, 4.8.4 and 7.4.2).
#pragma once

#include <platforms/boot/acpi/acpi.hpp>

namespace platform {

class Acpi {
public:
    constexpr Acpi() = default;
    constexpr Acpi(const acpi::SoftOff& soft_off, const acpi::Reset& reset)
        : soft_off_{soft_off}, reset_{reset} {}

    // Both return only when the machine would not.
    void power_off() const;
    void reset() const;

private:
    acpi::SoftOff soft_off_;
    acpi::Reset reset_;
};

} // namespace platform
