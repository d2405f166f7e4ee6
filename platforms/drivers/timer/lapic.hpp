// SPDX-License-Identifier: BSD-2-Clause
// The clock (time stamp counter) and the local APIC's timer (Intel SDM volume 3, section
// 12.5.4), both calibrated once against the PM timer or the PIT.
#pragma once

#include <platforms/drivers/irqchip/apic.hpp>

#include <stdint.h>

namespace platform {

// What to calibrate against: the ACPI PM timer at this port, or the PIT when it is 0.
struct Reference {
    uint16_t pm_timer_port = 0;
};

class Lapic {
public:
    constexpr Lapic() = default;

    // Measures both counters for about 10 ms. deadline: CPUID.1:ECX[24] says TSC deadlines work.
    static Lapic start(const irqchip::LocalApic& apic, Reference reference, bool deadline,
                       uint8_t vector);

    [[nodiscard]] uint64_t frequency() const { return frequency_; }
    [[nodiscard]] static uint64_t now() { return arch::time_stamp(); }

    // One interrupt at this time stamp, or at once when it has passed. Far ones may come early.
    void set_deadline(const irqchip::LocalApic& apic, uint64_t deadline) const {
        if (deadline_mode_) {
            arch::write_msr(arch::Msr::tsc_deadline, deadline);
            return;
        }
        const uint64_t stamp = now();
        const uint64_t span = deadline > stamp ? deadline - stamp : 0;
        constexpr uint32_t most = 0xffffffff;
        const uint64_t ticks = span >= longest_ ? most : (span * scale_ >> scale_shift) + 1;
        apic.write(irqchip::LocalRegister::initial_count,
                   ticks < most ? static_cast<uint32_t>(ticks) : most);
    }

    // No interrupt until the next deadline.
    void stop(const irqchip::LocalApic& apic) const {
        if (deadline_mode_)
            arch::write_msr(arch::Msr::tsc_deadline, 0);
        else
            apic.write(irqchip::LocalRegister::initial_count, 0);
    }

private:
    static constexpr unsigned scale_shift = 32;

    uint64_t frequency_ = 0; // time stamps per second
    uint64_t scale_ = 0;     // timer ticks per time stamp, 32 fraction bits
    uint64_t longest_ = 0;   // time stamps that the timer's 32 bits hold
    bool deadline_mode_ = false;
};

} // namespace platform
