// SPDX-License-Identifier: BSD-2-Clause
// Finds both controllers of a Raspberry Pi and masks everything.
#include <platforms/drivers/irqchip/bcm2836.hpp>

#include <arch/memory.hpp>
#include <generic/base/attributes.hpp>
#include <platforms/boot/fdt/discover.hpp>

namespace platform {

namespace {

KERNEL_BOOT reg::Volatile map(uint64_t begin, size_t size) {
    return reg::Volatile{
        reinterpret_cast<uintptr_t>(arch::map_device(kernel::PhysAddr{begin}, size))};
}

} // namespace

KERNEL_BOOT const char* Bcm2836::start(const fdt::Device& device) {
    constexpr size_t local_size = 0x100, devices_size = 0x28;
    if (device.region_count == 0 || device.region[0].size < local_size)
        return "BCM2836: reg of its device tree node is too small";
    for (const char* name : behind) {
        const auto node = cobnut::fdt::find_compatible(device.node.tree(), name);
        const auto region = cobnut::fdt::address(node);
        if (!node || !region || region->size < devices_size)
            continue;
        static_cast<BasicBcm2836&>(*this) = BasicBcm2836<>{
            map(device.region[0].begin.raw(), local_size), map(region->base, devices_size)};
        quiet(arch::core_affinity());
        return nullptr;
    }
    return "device tree: no BCM2835 interrupt controller behind the BCM2836";
}

} // namespace platform
