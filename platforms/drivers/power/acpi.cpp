// SPDX-License-Identifier: BSD-2-Clause
// The register writes of soft-off and reset, ACPI 6.5 sections 4.8.3.2 and 4.8.3.6.
#include <platforms/drivers/power/acpi.hpp>

#include <arch/instructions.hpp>
#include <cobnut/register.hpp>

namespace platform {

namespace {

namespace reg = cobnut::reg;

struct Control : reg::Word<Control, uint16_t> {
    using Word::Word;
    using Enabled = reg::Flag<0>;
    using SleepType = reg::Field<12, 10, uint8_t>;
    using SleepEnable = reg::Flag<13>;
};

void wait_a_little() {
    for (unsigned turns = 0; turns < 1'000'000; ++turns)
        arch::pause();
}

// The firmware may still own the power registers: asked once, bounded.
void enter_acpi_mode(const acpi::SoftOff& off) {
    if (off.command_port == 0 || off.enable_command == 0)
        return;
    if (Control{arch::in16(off.control_a)}.get<Control::Enabled>())
        return;
    arch::out8(off.command_port, off.enable_command);
    for (unsigned polls = 0; polls < 100'000; ++polls) {
        if (Control{arch::in16(off.control_a)}.get<Control::Enabled>())
            return;
    }
}

void sleep(uint16_t port, uint8_t type) {
    const auto value = Control{arch::in16(port)}.with<Control::SleepType>(type);
    arch::out16(port, value.raw());
    arch::out16(port, value.set<Control::SleepEnable>().raw());
}

} // namespace

void Acpi::power_off() const {
    if (soft_off_.control_a == 0)
        return;
    enter_acpi_mode(soft_off_);
    sleep(soft_off_.control_a, soft_off_.type_a);
    if (soft_off_.control_b != 0)
        sleep(soft_off_.control_b, soft_off_.type_b);
    wait_a_little();
}

void Acpi::reset() const {
    using Space = acpi::GenericAddress::Space;
    if (reset_.present && reset_.address.space == Space::port && reset_.address.address < 0x10000) {
        arch::out8(static_cast<uint16_t>(reset_.address.address), reset_.value);
        wait_a_little();
    }
    // The reset control register of Intel's and compatible chipsets: CPU reset, hard.
    arch::out8(0xcf9, 0x02);
    arch::out8(0xcf9, 0x06);
    wait_a_little();
    if (reset_.keyboard_controller) {
        arch::out8(0x64, 0xfe); // pulse the reset line
        wait_a_little();
    }
}

} // namespace platform
