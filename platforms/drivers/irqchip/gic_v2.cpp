// SPDX-License-Identifier: BSD-2-Clause
// Start of a GICv2: everything masked, at one priority, and routed to the boot core.
#include <platforms/drivers/irqchip/gic_v2.hpp>

#include <arch/memory.hpp>
#include <generic/base/attributes.hpp>
#include <platforms/boot/fdt/discover.hpp>

namespace platform {

namespace {

KERNEL_BOOT uintptr_t map(kernel::PhysAddr begin, uint64_t size) {
    return reinterpret_cast<uintptr_t>(arch::map_device(begin, static_cast<size_t>(size)));
}

} // namespace

KERNEL_BOOT const char* GicV2::start(const fdt::Device& device) {
    if (device.region_count < 2 || device.region[0].size < 0x1000 || device.region[1].size < 0x1000)
        return "GICv2: reg of its device tree node is too small";
    const uintptr_t base = map(device.region[0].begin, 0x1000);
    const reg::Mmio<> distributor{base};
    bank_ = GicBank{base};
    core_ = reg::Mmio<>{map(device.region[1].begin, 0x1000)};
    count_ = bank_.lines();

    distributor.write<DistributorControl>(0);
    // The target registers of private interrupts read as this core's own mask, in every byte.
    const uint32_t self = distributor.read<Targets>(0);
    for (unsigned first = 0; first < count_; first += 32)
        bank_.quiet(first, 0);
    for (unsigned number = GicBank::first_shared; number < count_; number += 4)
        distributor.write<Targets>(number / 4, self);
    distributor.write<DistributorControl>(1);

    core_.write<PriorityMask>(0xff);
    core_.write<Control>(1);
    return nullptr;
}

} // namespace platform
