// SPDX-License-Identifier: BSD-2-Clause
// Start of a GICv3: everything masked, in group 1, at one priority, and routed to the boot core.
#include <platforms/drivers/irqchip/gic_v3.hpp>

#include <arch/core.hpp>
#include <arch/memory.hpp>
#include <generic/base/attributes.hpp>
#include <platforms/boot/fdt/discover.hpp>

namespace platform {

namespace {

constexpr uint64_t frame = 0x10000;

KERNEL_BOOT uintptr_t map(kernel::PhysAddr begin, uint64_t size) {
    return reinterpret_cast<uintptr_t>(arch::map_device(begin, static_cast<size_t>(size)));
}

} // namespace

// Frames lie one after the other in each region; GICR_TYPER says whose it is and which is the last.
KERNEL_BOOT bool GicV3::find_core(const fdt::Device& device) {
    constexpr uint64_t virtual_frames = 2, last = 16;
    for (unsigned region = 1; region < device.region_count; ++region) {
        const uint64_t size = device.region[region].size;
        for (uint64_t offset = 0; offset + 2 * frame <= size;) {
            const uintptr_t base = map(device.region[region].begin + offset, 2 * frame);
            const reg::Mmio<> candidate{base};
            const uint64_t type = candidate.read<CoreType>();
            if (type >> 32 == arch::core_affinity()) {
                core_ = candidate;
                private_ = GicBank{static_cast<uintptr_t>(base + frame)};
                return true;
            }
            if ((type & last) != 0)
                break;
            offset += (type & virtual_frames) != 0 ? 4 * frame : 2 * frame;
        }
    }
    return false;
}

KERNEL_BOOT bool GicV3::wake() const {
    constexpr uint32_t processor_sleep = 2, children_asleep = 4;
    core_.write<CoreWake>(core_.read<CoreWake>() & ~processor_sleep);
    for (unsigned tries = 0; tries < 1000000; ++tries)
        if ((core_.read<CoreWake>() & children_asleep) == 0)
            return true;
    return false;
}

KERNEL_BOOT const char* GicV3::start(const fdt::Device& device) {
    constexpr uint32_t affinity_routing = 16, group1_secure_aware = 2, group1 = 1;
    if (device.region_count < 2 || device.region[0].size < frame)
        return "GICv3: reg of its device tree node is too small";
    const uintptr_t base = map(device.region[0].begin, frame);
    distributor_ = reg::Mmio<>{base};
    shared_ = GicBank{base};
    count_ = shared_.lines();
    if (!find_core(device))
        return "GICv3: no redistributor belongs to this core";
    if (!wake())
        return "GICv3: the redistributor does not wake up";

    distributor_.write<DistributorControl>(0);
    wait_for_write(GicBank::first_shared);
    distributor_.write<DistributorControl>(affinity_routing);
    for (unsigned first = GicBank::first_shared; first < count_; first += 32)
        shared_.quiet(first);
    private_.quiet(0);
    wait_for_write(0);
    // IROUTER has affinity level 3 in bits 39-32, where GICR_TYPER's field has it in its bits
    // 31-24.
    const uint64_t self = arch::core_affinity();
    const uint64_t route = (self & 0xff000000) << 8 | (self & 0xffffff);
    for (unsigned number = GicBank::first_shared; number < count_; ++number)
        distributor_.write<Route>(number, route);
    distributor_.write<DistributorControl>(affinity_routing | group1_secure_aware | group1);
    wait_for_write(GicBank::first_shared);
    return arch::gic::enable() ? nullptr : "GICv3: its system registers are not accessible";
}

} // namespace platform
