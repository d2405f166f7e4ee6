// SPDX-License-Identifier: BSD-2-Clause
// What the kernel makes of a device tree: the machine, its devices, and what memory is then free.
#include "fuzz.hpp"

#include <arch/host.hpp>
#include <generic/base/panic.hpp>
#include <generic/boot/memory_plan.hpp>
#include <platforms/boot/fdt/discover.hpp>

#include <stdlib.h>
#include <string.h>

#include <initializer_list>
#include <memory>

namespace {

using namespace platform::fdt;
using kernel::PhysAddr;
using kernel::PhysRange;
using kernel::boot::FreeMemory;

// Where the seeds have RAM.
constexpr PhysAddr blob_address{0x82000000};
constexpr PhysRange image{PhysAddr{0x80200000}, 0x200000};
constexpr uint64_t device_limit = uint64_t{1} << 48;

struct Stopped {};

struct Uart {
    static constexpr const char* compatible[] = {"arm,pl011", "ns16550a"};
};
struct Gic {
    static constexpr const char* compatible[] = {"arm,gic-v3"};
};
struct LocalController {
    static constexpr const char* compatible[] = {"brcm,bcm2836-l1-intc"};
    static constexpr const char* behind[] = {"brcm,bcm2836-armctrl-ic"};
};
struct Watchdog {
    static constexpr const char* compatible[] = {"brcm,bcm2835-pm-wdt", "arm,psci-1.0"};
};

using Wide = unsigned __int128;

Wide end_of(const PhysRange& range) { return Wide{range.begin.raw()} + range.size; }

bool overlap(const PhysRange& a, const PhysRange& b) {
    return a.size != 0 && b.size != 0 && a.begin.raw() < end_of(b) && b.begin.raw() < end_of(a);
}

template <class Ranges>
void require_apart(const FreeMemory& free, const Ranges& ranges) {
    for (unsigned i = 0; i < free.count; ++i)
        for (const PhysRange& range : ranges)
            FUZZ_REQUIRE(!overlap(free.item[i], range));
}

void require_apart_from_each_other(const FreeMemory& free) {
    for (unsigned i = 0; i < free.count; ++i)
        for (unsigned j = 0; j < i; ++j)
            FUZZ_REQUIRE(!overlap(free.item[i], free.item[j]));
}

void check_device(const Device& device) {
    FUZZ_REQUIRE(device.region_count <= Device::max_regions);
    FUZZ_REQUIRE(!device.found() || device.register_shift <= 8 || device.region_count == 0);
}

/// What the tree reserves is not free, however odd its bounds.
void require_reserved(const FreeMemory& free, const Tree& tree) {
    const auto check = [&](uint64_t base, uint64_t size) {
        const PhysRange range[] = {{PhysAddr{base}, size}};
        require_apart(free, range);
    };
    tree.for_each_memory_reserve(check);
    (void)cobnut::fdt::for_each_reserved_memory(
        tree, [&](Node, const cobnut::fdt::Region& region) { check(region.base, region.size); });
}

/// As the boot code of the ISAs goes on.
void plan(const Tree& tree, kernel::boot::Machine& machine) {
    machine.image = image;
    machine.window = {image.begin, uint64_t{1} << 32};
    machine.device_limit = device_limit;
    FreeMemory free, devices;
    try {
        check_ranges(machine);
        find_free_memory(machine, free);
        find_devices(machine, devices);
    } catch (const Stopped&) {
        return;
    }
    const std::initializer_list<PhysRange> own = {image, machine.device_tree, machine.archive};
    require_apart_from_each_other(free);
    require_apart(free, machine.reserved);
    require_apart(free, own);
    require_reserved(free, tree);
    for (unsigned i = 0; i < free.count; ++i) {
        // It may reach over banks that lie side by side, so only its ends are looked at.
        const PhysRange& range = free.item[i];
        FUZZ_REQUIRE(range.begin.raw() % 4096 == 0 && range.size % 4096 == 0);
        for (const PhysRange page : {PhysRange{range.begin, 1},
                                     PhysRange{range.begin + (range.size - 1), 1}}) {
            bool in_ram = range.size == 0;
            for (const PhysRange& ram : machine.ram)
                in_ram = in_ram || overlap(ram, page);
            FUZZ_REQUIRE(in_ram);
        }
    }
    require_apart_from_each_other(devices);
    require_apart(devices, machine.ram);
    require_apart(devices, machine.reserved);
    require_apart(devices, machine.kernel_devices);
}

} // namespace

unsigned char* const arch::host::ram = nullptr; // nothing is allocated

void kernel::fatal(const char* text) {
    FUZZ_REQUIRE(strlen(text) > 0);
    throw Stopped{};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::unique_ptr<uint8_t, void (*)(void*)> copy{static_cast<uint8_t*>(malloc(size + 1)),
                                                         free};
    memcpy(copy.get(), data, size);
    static Discovery discovery;
    discovery = {};
    kernel::boot::Machine machine;
    const char* error = read_tree(copy.get(), blob_address, size, discovery, machine);
    FUZZ_REQUIRE(error == nullptr || strlen(error) > 0);
    FUZZ_REQUIRE(discovery.core_count <= Discovery::max_cores);
    // The console is looked for in trees with errors too.
    const char* none = find_console(platform::DriverList<Uart>{}, discovery);
    FUZZ_REQUIRE(none == nullptr || strlen(none) > 0);
    if (none == nullptr)
        check_device(discovery.console);
    if (error != nullptr)
        return 0;
    find_power(platform::DriverList<Watchdog>{}, discovery, machine);
    check_device(discovery.power);
    error = find_interrupt_controller(platform::DriverList<Gic, LocalController>{}, discovery,
                                      machine);
    FUZZ_REQUIRE(error == nullptr || strlen(error) > 0);
    if (error != nullptr)
        return 0;
    check_device(discovery.interrupt_controller);
    FUZZ_REQUIRE(discovery.interrupt_controller.region_count > 0);
    plan(discovery.tree, machine);
    return 0;
}
