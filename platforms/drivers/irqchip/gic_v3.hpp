// SPDX-License-Identifier: BSD-2-Clause
// Arm GICv3 and v4 (IHI 0069): distributor, redistributor, CPU interface in system registers; no
// LPIs yet.
#pragma once

#include <arch/gic_registers.hpp>
#include <platforms/drivers/irqchip/gic_bank.hpp>

namespace platform {

namespace fdt {
struct Device;
}

class GicV3 {
public:
    static constexpr const char* compatible[] = {"arm,gic-v3"};

    /// Boot only. Null when well, else one line for the console.
    const char* start(const fdt::Device& device);

    [[nodiscard]] unsigned count() const { return count_; }
    void mask(unsigned number) const {
        bank(number).disable(number);
        wait_for_write(number);
    }
    void unmask(unsigned number) const { bank(number).enable(number); }
    [[nodiscard]] bool configure(unsigned number, cobnut::Trigger trigger) const {
        mask(number);
        return bank(number).set_trigger(number, trigger);
    }

    /// The number of the most urgent pending interrupt, active from now on; >= 1020: none.
    [[nodiscard]] unsigned acknowledge() const { return arch::gic::acknowledge(); }
    void end(unsigned number) const { arch::gic::end(number); }

private:
    using DistributorControl = reg::Register<0x0000, uint32_t>;
    using Route = reg::RegisterArray<0x6000, 1020, uint64_t>;
    using CoreControl = reg::Register<0x0000, uint32_t>;
    using CoreType = reg::Register<0x0008, uint64_t, reg::Ro>;
    using CoreWake = reg::Register<0x0014, uint32_t>;
    static constexpr uint32_t distributor_write_pending = uint32_t{1} << 31;
    static constexpr uint32_t core_write_pending = uint32_t{1} << 3;

    [[nodiscard]] const GicBank& bank(unsigned number) const {
        return number < GicBank::first_shared ? private_ : shared_;
    }
    // A disable is certain only when RWP is clear; bounded, for broken hardware must not hang us.
    void wait_for_write(unsigned number) const {
        const bool is_private = number < GicBank::first_shared;
        for (unsigned tries = 0; tries < 10000; ++tries)
            if (is_private
                    ? (core_.read<CoreControl>() & core_write_pending) == 0
                    : (distributor_.read<DistributorControl>() & distributor_write_pending) == 0)
                return;
    }
    bool find_core(const fdt::Device& device);
    bool wake() const;

    reg::Mmio<> distributor_;
    reg::Mmio<> core_; ///< The redistributor of the core that runs; one core so far.
    GicBank shared_;
    GicBank private_;
    unsigned count_ = 0;
};

} // namespace platform
