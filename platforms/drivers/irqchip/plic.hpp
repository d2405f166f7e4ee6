// SPDX-License-Identifier: BSD-2-Clause
// RISC-V platform-level interrupt controller (PLIC specification 1.0.0), as one hart's supervisor
// sees it.
#pragma once

#include <cobnut/abi/object.hpp>
#include <cobnut/register.hpp>

namespace platform {

namespace reg = cobnut::reg;

namespace fdt {
struct Device;
}

class Plic {
public:
    static constexpr const char* compatible[] = {"sifive,plic-1.0.0", "riscv,plic0",
                                                 "thead,c900-plic"};

    /// Boot only. Null when well, else one line for the console.
    const char* start(const fdt::Device& device, uint64_t hart);

    /// Sources are numbered from 1.
    [[nodiscard]] unsigned count() const { return count_; }

    /// The pending source of the highest priority; 0: none. It cannot come again until unmask():
    /// completion is kept back till then, since a gateway that is told of it while the device's
    /// line is still high would at once record the same interrupt a second time.
    unsigned claim();
    void mask(unsigned number);
    void unmask(unsigned number);
    /// How a source triggers is wired into its gateway.
    [[nodiscard]] bool configure(unsigned number, cobnut::Trigger trigger);

private:
    static constexpr unsigned max_sources = 1024;
    using Priority = reg::RegisterArray<0, max_sources, uint32_t>;
    using Enable = reg::RegisterArray<0, max_sources / 32, uint32_t>;
    using Threshold = reg::Register<0x0, uint32_t>;
    using Claim = reg::Register<0x4, uint32_t>;

    void complete(unsigned number);
    void set_enabled(unsigned number, bool enabled);

    reg::Mmio<> priority_;
    reg::Mmio<> enable_; ///< Of this hart's supervisor context, as is:
    reg::Mmio<> context_;
    unsigned count_ = 0;
    uint32_t claimed_[max_sources / 32] = {};
};

} // namespace platform
