// SPDX-License-Identifier: BSD-2-Clause
// The watchdog in the Raspberry Pi's power management block resets the machine; a value that the
// boot ROM finds afterwards makes it halt instead (BCM2835: no manual; the register names are those
// of Broadcom's headers, bcm2835-pm's binding).
#pragma once

#include <arch/core.hpp>
#include <cobnut/register.hpp>

namespace platform {

template <class Access = cobnut::reg::Volatile>
class BasicBcm2835Watchdog {
public:
    static constexpr const char* compatible[] = {"brcm,bcm2835-pm-wdt", "brcm,bcm2835-pm",
                                                 "brcm,bcm2711-pm"};

    constexpr BasicBcm2835Watchdog() = default;
    constexpr explicit BasicBcm2835Watchdog(Access access)
        : registers_{access}, is_mapped_{true} {}

    template <class Device, class Conduit, class Map>
    void start(const Device& device, Conduit, Map&& map) {
        if (device.region_count != 0)
            *this = BasicBcm2835Watchdog{
                Access{reinterpret_cast<uintptr_t>(map(device.region[0].begin, size))}};
    }

    void power_off() const {
        if (is_mapped_)
            fire(halt);
    }
    void reset() const {
        if (is_mapped_)
            fire(0);
    }
    [[nodiscard]] static bool suspend() { return false; }

private:
    using Control = cobnut::reg::Register<0x1c, uint32_t>;
    using Status = cobnut::reg::Register<0x20, uint32_t>;
    using Count = cobnut::reg::Register<0x24, uint32_t>;
    static constexpr size_t size = 0x28;
    static constexpr uint32_t password = 0x5a000000; ///< Without it a write is ignored.
    static constexpr uint32_t partition = 0x555;     ///< Which the boot ROM is to start: every
    static constexpr uint32_t halt = 0x555;          ///< other bit of 12; all of them: none.
    static constexpr uint32_t action = 0x30, full_reset = 0x20;
    static constexpr uint32_t ticks = 10; ///< Of 16 microseconds.

    void fire(uint32_t boot_partition) const {
        constexpr uint32_t value_bits = 0x00ffffff;
        const uint32_t status = registers_.template read<Status>() & value_bits & ~partition;
        registers_.template write<Status>(password | status | boot_partition);
        registers_.template write<Count>(password | ticks);
        const uint32_t control = registers_.template read<Control>() & value_bits & ~action;
        registers_.template write<Control>(password | control | full_reset);
        arch::device_barrier();
        for (unsigned turn = 0; turn < 10'000'000; ++turn) // far longer than the watchdog takes
            asm volatile("");
    }

    cobnut::reg::Mmio<Access> registers_;
    bool is_mapped_ = false;
};

using Bcm2835Watchdog = BasicBcm2835Watchdog<>;

} // namespace platform
