// SPDX-License-Identifier: BSD-2-Clause
// Reads memory, reserved ranges, archive, timer, firmware interface and cores from the device tree.
#include <platforms/boot/fdt/discover.hpp>

#include <cobnut/format/fdt_interrupt.hpp>

#include <initializer_list>

namespace platform::fdt {

namespace {

namespace tree_of = cobnut::fdt;
using cobnut::fdt::Answer;
using cobnut::fdt::Error;
using cobnut::fdt::Region;
using kernel::PhysAddr;
using kernel::PhysRange;

constexpr uint64_t page = 4096;

PhysRange range_of(const Region& region) { return {PhysAddr{region.base}, region.size}; }

// Firmware (U-Boot) lists blob and archive among its reservations: those the kernel keeps by
// itself.
bool is_own(const PhysRange& range, const Machine& machine) {
    const auto rounded = [](const PhysRange& inner) {
        const uint64_t begin = kernel::align_down(inner.begin.raw(), page);
        return PhysRange{PhysAddr{begin}, kernel::align_up(inner.end().raw(), page) - begin};
    };
    return rounded(machine.device_tree).contains(range) || rounded(machine.archive).contains(range);
}

const char* read_memory(const Tree& tree, Machine& machine) {
    bool room = true;
    const Error error = tree_of::for_each_memory(
        tree, [&](const Region& region) { room = machine.ram.add(range_of(region)) && room; });
    if (error != Error::none)
        return text(error);
    if (!room)
        return "device tree: more memory regions than the kernel can hold";
    return machine.ram.count == 0 ? "device tree: no memory node has a region" : nullptr;
}

const char* read_archive(const Tree& tree, Machine& machine) {
    const Answer<Region> archive = tree_of::initrd(tree);
    if (archive)
        machine.archive = range_of(*archive);
    else if (archive.error != Error::not_found)
        return text(archive.error);
    return nullptr;
}

const char* read_reserved(const Tree& tree, Discovery& discovery, Machine& machine) {
    bool room = true, bounded = true;
    tree.for_each_memory_reserve([&](uint64_t address, uint64_t size) {
        const PhysRange range = kernel::boot::bounded({PhysAddr{address}, size});
        bounded = bounded && size <= ~address;
        if (!is_own(range, machine))
            room = machine.reserved.add(range) && room;
    });
    if (!bounded)
        return "device tree: address and size in the memory reservation block overflow";
    const Error error =
        tree_of::for_each_reserved_memory(tree, [&](Node node, const Region& region) {
            room = machine.reserved.add(range_of(region)) && room;
            if (node.has("no-map"))
                room = discovery.no_map.add(range_of(region)) && room;
        });
    if (error != Error::none)
        return text(error);
    return room ? nullptr : "device tree: more reserved regions than the kernel can hold";
}

Conduit read_psci(const Tree& tree) {
    for (const char* name : {"arm,psci-1.0", "arm,psci-0.2"}) {
        const Node node = tree_of::find_compatible(tree, name);
        if (!node)
            continue;
        const auto method = node.property("method").string();
        return method == "hvc" ? Conduit::hvc : method == "smc" ? Conduit::smc : Conduit::none;
    }
    return Conduit::none;
}

TimerInterrupts read_timer(const Tree& tree) {
    TimerInterrupts timer;
    for (const char* name : {"arm,armv8-timer", "arm,armv7-timer"}) {
        const Node node = tree_of::find_compatible(tree, name);
        if (!node)
            continue;
        unsigned* const place[] = {&timer.secure, &timer.physical, &timer.virtual_timer,
                                   &timer.hypervisor};
        for (unsigned index = 0; index < 4; ++index) {
            const Answer<cobnut::fdt::Interrupt> interrupt = tree_of::interrupt(node, index);
            if (!interrupt)
                continue;
            const auto line = cobnut::fdt::interrupt_line(*interrupt);
            *place[index] = line.number == line.none ? 0 : line.number;
        }
        break;
    }
    return timer;
}

void read_cores(const Tree& tree, Discovery& discovery) {
    const Node cpus = tree_of::child(tree.root(), "cpus");
    discovery.timebase = cpus.cell("timebase-frequency");
    for (const Node node : cpus.children()) {
        if (node.property("device_type").string() != "cpu" || !node.enabled())
            continue;
        const Answer<Region> number = tree_of::reg(node);
        if (number && discovery.core_count < Discovery::max_cores)
            discovery.core[discovery.core_count++] = {number->base, node};
        if (discovery.timebase == 0)
            discovery.timebase = node.cell("timebase-frequency");
    }
}

} // namespace

const char* read_tree(const void* blob, PhysAddr blob_address, size_t limit, Discovery& discovery,
                      Machine& machine) {
    discovery.tree = Tree{cobnut::format::Bytes{blob, limit}};
    const Tree& tree = discovery.tree;
    if (tree.error() != Error::none) {
        const char* const error = text(tree.error());
        discovery.tree = Tree::salvage(cobnut::format::Bytes{blob, limit});
        return error;
    }
    machine.device_tree = {blob_address, tree.size()};
    if (const char* error = read_memory(tree, machine))
        return error;
    if (const char* error = read_archive(tree, machine))
        return error;
    if (const char* error = read_reserved(tree, discovery, machine))
        return error;
    discovery.psci = read_psci(tree);
    discovery.timer = read_timer(tree);
    read_cores(tree, discovery);
    return nullptr;
}

const char* read_device(Node node, unsigned driver, Device& device) {
    device.node = node;
    device.driver = driver;
    for (device.region_count = 0; device.region_count < Device::max_regions;) {
        const Answer<Region> region = tree_of::address(node, device.region_count);
        if (region.error == Error::reg_missing && device.region_count > 0)
            break;
        if (!region)
            return text(region.error);
        device.region[device.region_count++] = range_of(*region);
    }
    device.register_shift = node.cell("reg-shift");
    device.register_width = node.cell("reg-io-width");
    if (device.register_shift > 8)
        return "device tree: reg-shift is out of range";
    return nullptr;
}

const char* keep_controller(const Device& controller, Machine& machine) {
    bool room = true;
    for (unsigned index = 0; index < controller.region_count; ++index)
        room = machine.kernel_devices.add(controller.region[index]) && room;
    for (const Node child : controller.node.children())
        for (size_t index = 0;; ++index) {
            const Answer<Region> region = tree_of::address(child, index);
            if (!region)
                break;
            room = machine.kernel_devices.add(range_of(*region)) && room;
        }
    return room ? nullptr : "device tree: the interrupt controller has too many regions";
}

const char* keep_behind(const char* const* compatible, size_t count, const Tree& tree,
                        Machine& machine) {
    for (size_t index = 0; index < count; ++index) {
        const Node node = tree_of::find_compatible(tree, compatible[index]);
        if (!node)
            continue;
        Device controller;
        const char* error = read_device(node, 0, controller);
        if (error == nullptr)
            error = keep_controller(controller, machine);
        if (error != nullptr)
            return error;
    }
    return nullptr;
}

} // namespace platform::fdt
