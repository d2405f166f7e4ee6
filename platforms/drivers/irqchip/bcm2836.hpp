// SPDX-License-Identifier: BSD-2-Clause
// The Raspberry Pi's interrupt controllers: a core's own (BCM2836 "ARM-local peripherals", QA7 rev
// 3.4) and, wired to it, the one of the devices (BCM2835 ARM Peripherals, chapter 7).
#pragma once

#include <arch/core.hpp>
#include <cobnut/abi/object.hpp>
#include <cobnut/register.hpp>

namespace platform {

namespace reg = cobnut::reg;

namespace fdt {
struct Device;
}

/// Numbers, as in cobnut/format/fdt_interrupt.hpp: the core's own sources 0 to 9 from 16; the
/// devices' banks 0 (8 lines), 1 and 2 (32 lines each) from 32, 64 and 96. All are levels.
template <class Access = reg::Volatile>
class BasicBcm2836 {
public:
    static constexpr unsigned none = 1023;

    constexpr BasicBcm2836() = default;
    constexpr BasicBcm2836(Access local, Access devices) : local_{local}, devices_{devices} {}

    /// Masks everything; what devices send goes to this core.
    void quiet(unsigned core) {
        core_ = static_cast<uint8_t>(core & 3);
        local_.template write<TimerControl>(core_, 0);
        local_.template write<CountersOff>(uint32_t{0x11} << core_);
        local_.template write<DeviceRoute>(core_);
        arch::device_barrier();
        devices_.template write<FastControl>(0);
        for (unsigned bank = 0; bank < banks; ++bank)
            devices_.template write<Disable>(bank, ~uint32_t{0});
        arch::device_barrier();
    }

    [[nodiscard]] unsigned count() const { return first_device + 32 * banks; }
    void mask(unsigned number) const { set(number, false); }
    void unmask(unsigned number) const { set(number, true); }
    /// Nothing can be chosen: false for edges and for what cannot be masked.
    [[nodiscard]] bool configure(unsigned number, cobnut::Trigger trigger) const {
        if (trigger == cobnut::Trigger::edge || !exists(number))
            return false;
        mask(number);
        return true;
    }

    /// The lowest of the pending numbers; it pends until it is masked or its device is served.
    [[nodiscard]] unsigned acknowledge() const {
        const uint32_t local = local_.template read<Source>(core_);
        arch::device_barrier();
        constexpr uint32_t own = 0x2ff; // timers, mailboxes, counters
        if ((local & own) != 0)
            return first_local + lowest(local & own);
        if ((local & from_devices) == 0)
            return none;
        unsigned number = none;
        for (unsigned bank = 0; bank < banks && number == none; ++bank) {
            const uint32_t lines = bank == 0 ? 0xff : ~uint32_t{0}; // the rest sums up banks 1, 2
            const uint32_t pending = devices_.template read<Pending>(bank) & lines;
            if (pending != 0)
                number = first_device + 32 * bank + lowest(pending);
        }
        arch::device_barrier();
        return number;
    }
    void end(unsigned) const {}

private:
    static constexpr unsigned first_local = 16, first_device = 32, banks = 3;
    static constexpr unsigned timers = 4, counters = 9;
    static constexpr uint32_t from_devices = uint32_t{1} << 8;

    // QA7 4.4, 4.5, 4.6, 4.10
    using DeviceRoute = reg::Register<0x0c, uint32_t>;
    using CountersOn = reg::Register<0x10, uint32_t, reg::Wo>;
    using CountersOff = reg::Register<0x14, uint32_t, reg::Wo>;
    using TimerControl = reg::RegisterArray<0x40, 4, uint32_t>;
    using Source = reg::RegisterArray<0x60, 4, uint32_t, reg::Ro>;
    // BCM2835 7.5, but banks in the order 1, 2, 0 there
    using Pending = reg::RegisterArray<0x00, 3, uint32_t, reg::Ro>;
    using FastControl = reg::Register<0x0c, uint32_t>;
    using Enable = reg::RegisterArray<0x10, 3, uint32_t, reg::Wo>;
    using Disable = reg::RegisterArray<0x1c, 3, uint32_t, reg::Wo>;

    static constexpr unsigned lowest(uint32_t bits) {
        return static_cast<unsigned>(__builtin_ctz(bits));
    }
    static constexpr bool exists(unsigned number) {
        if (number < first_device)
            return (number >= first_local && number < first_local + timers) ||
                   number == first_local + counters;
        return number < first_device + 8 ||
               (number >= first_device + 32 && number < first_device + 32 * banks);
    }

    void set(unsigned number, bool on) const {
        const uint32_t bit = uint32_t{1} << number % 32;
        if (number < first_local + timers) {
            const uint32_t timer = uint32_t{1} << (number - first_local);
            const uint32_t before = local_.template read<TimerControl>(core_);
            local_.template write<TimerControl>(core_, on ? before | timer : before & ~timer);
        } else if (number == first_local + counters) {
            if (on)
                local_.template write<CountersOn>(uint32_t{1} << core_);
            else
                local_.template write<CountersOff>(uint32_t{1} << core_);
        } else if (exists(number)) {
            const unsigned bank = (number / 32 + 1) % banks;
            if (on)
                devices_.template write<Enable>(bank, bit);
            else
                devices_.template write<Disable>(bank, bit);
        }
        arch::device_barrier();
    }

    reg::Mmio<Access> local_;
    reg::Mmio<Access> devices_;
    uint8_t core_ = 0;
};

class Bcm2836 : public BasicBcm2836<> {
public:
    static constexpr const char* compatible[] = {"brcm,bcm2836-l1-intc"};
    static constexpr const char* behind[] = {"brcm,bcm2836-armctrl-ic", "brcm,bcm2835-armctrl-ic"};

    /// Boot only. Null when well, else one line for the console.
    const char* start(const fdt::Device& device);
};

} // namespace platform
