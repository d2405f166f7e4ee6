// SPDX-License-Identifier: BSD-2-Clause
// Arm GICv2 (IHI 0048): distributor and memory-mapped CPU interface.
#pragma once

#include <platforms/drivers/irqchip/gic_bank.hpp>

namespace platform {

namespace fdt {
struct Device;
}

class GicV2 {
public:
    static constexpr const char* compatible[] = {"arm,cortex-a15-gic", "arm,gic-400",
                                                 "arm,cortex-a7-gic", "arm,cortex-a9-gic"};

    /// Boot only. Null when well, else one line for the console.
    const char* start(const fdt::Device& device);

    [[nodiscard]] unsigned count() const { return count_; }
    void mask(unsigned number) const { bank_.disable(number); }
    void unmask(unsigned number) const { bank_.enable(number); }
    [[nodiscard]] bool configure(unsigned number, cobnut::Trigger trigger) const {
        bank_.disable(number);
        return bank_.set_trigger(number, trigger);
    }

    /// The number of the most urgent pending interrupt, active from now on; >= 1020: none.
    [[nodiscard]] unsigned acknowledge() const { return core_.read<Acknowledge>() & 0x3ff; }
    void end(unsigned number) const { core_.write<End>(number); }

private:
    using Control = reg::Register<0x00, uint32_t>;
    using PriorityMask = reg::Register<0x04, uint32_t>;
    using Acknowledge = reg::Register<0x0c, uint32_t, reg::Ro>;
    using End = reg::Register<0x10, uint32_t, reg::Wo>;
    using DistributorControl = reg::Register<0x000, uint32_t>;
    using Targets = reg::RegisterArray<0x800, 255, uint32_t>; ///< A byte per interrupt.

    GicBank bank_;
    reg::Mmio<> core_;
    unsigned count_ = 0;
};

} // namespace platform
