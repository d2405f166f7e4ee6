// SPDX-License-Identifier: BSD-2-Clause
// Finds out from the device tree what machine this is: memory, console, interrupt controller,
// timer, firmware, cores.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <generic/boot/machine.hpp>
#include <platforms/driver_list.hpp>

#include <stddef.h>
#include <stdint.h>

#include <iterator>

namespace platform::fdt {

using cobnut::fdt::Node;
using cobnut::fdt::Tree;
using kernel::boot::Machine;

/// A device of the tree and which driver of the board's list takes it.
struct Device {
    static constexpr unsigned max_regions = 8;

    Node node;
    unsigned driver = ~0u; ///< Position in the list; ~0: no device was found.
    kernel::PhysRange region[max_regions];
    unsigned region_count = 0;
    unsigned register_shift = 0; ///< reg-shift: registers are 1 << shift bytes apart.
    unsigned register_width = 0; ///< reg-io-width in bytes; 0: not said.

    [[nodiscard]] bool found() const { return driver != ~0u; }
};

/// How PSCI is called.
enum class Conduit : uint8_t { none, hvc, smc };

/// Arm's generic timer as the tree numbers its interrupts (the controller's own numbers; 0: none).
struct TimerInterrupts {
    unsigned secure = 0;
    unsigned physical = 0;
    unsigned virtual_timer = 0;
    unsigned hypervisor = 0;
};

struct Core {
    uint64_t id = 0; ///< MPIDR affinity or hart id, as in reg.
    Node node;
};

/// What Machine does not hold. Nodes point into `tree`, so this must stay where it is.
struct Discovery {
    static constexpr unsigned max_cores = 64;

    Tree tree;
    Device console;
    Device interrupt_controller;
    Device power;
    Conduit psci = Conduit::none;
    TimerInterrupts timer;
    uint32_t timebase = 0; ///< /cpus/timebase-frequency (RISC-V).
    Core core[max_cores];
    unsigned core_count = 0;
    kernel::boot::RangeList<32>
        no_map; ///< Memory that must not be mapped by anybody; also reserved.
};

/// Reads the blob, and fills memory, reserved ranges, archive and device_tree of `machine` and all
/// of `discovery` but its devices. Null when well, else one line for the console, which
/// may still be found in what can be read. `blob` is where
/// it can be read, `blob_address` where it lies, `limit` the bytes that are mapped there.
const char* read_tree(const void* blob, kernel::PhysAddr blob_address, size_t limit,
                      Discovery& discovery, Machine& machine);

/// Regions, reg-shift and reg-io-width of the node. Null when well.
const char* read_device(Node node, unsigned driver, Device& device);

/// Adds the registers of the interrupt controller and of what lies inside it (ITS, MSI frames).
const char* keep_controller(const Device& controller, Machine& machine);

/// Which driver of a list names the node as compatible; ~0: none. A driver has `compatible`, an
/// array of strings.
template <class... Drivers>
unsigned match(DriverList<Drivers...>, Node node) {
    unsigned index = 0;
    unsigned found = ~0u;
    [[maybe_unused]] const auto consider = [&]<class Driver>() { // of an empty list: not
        for (const char* name : Driver::compatible)
            if (found == ~0u && node.compatible(name))
                found = index;
        ++index;
    };
    (consider.template operator()<Drivers>(), ...);
    return found;
}

/// The console that firmware names, else the first that a driver takes. None is no error.
template <class Consoles>
const char* find_console(Consoles list, Discovery& discovery) {
    Node node = cobnut::fdt::console(discovery.tree).node;
    unsigned driver = node ? match(list, node) : ~0u;
    if (driver == ~0u)
        for (const Node candidate : discovery.tree.nodes())
            if (driver == ~0u && candidate.enabled()) {
                node = candidate;
                driver = match(list, candidate);
            }
    return driver == ~0u ? nullptr : read_device(node, driver, discovery.console);
}

/// Keeps the registers of a controller that is wired to the root one and driven together with it.
const char* keep_behind(const char* const* compatible, size_t count, const Tree& tree,
                        Machine& machine);

template <class Driver>
const char* keep_behind_of(const Tree& tree, Machine& machine) {
    if constexpr (requires { Driver::behind; })
        return keep_behind(Driver::behind, std::size(Driver::behind), tree, machine);
    return nullptr;
}

/// The root interrupt controller: the first enabled one that a driver takes. A driver may have
/// `behind`, the compatible strings of controllers wired to it that it drives too.
template <class... Drivers>
const char* find_interrupt_controller(DriverList<Drivers...> list, Discovery& discovery,
                                      Machine& machine) {
    for (const Node candidate : discovery.tree.nodes()) {
        // The BCM2711 has a BCM2836 node for its other registers; the property tells the two apart.
        const bool may = candidate.enabled() && candidate.has("interrupt-controller");
        const unsigned driver = may ? match(list, candidate) : ~0u;
        if (driver == ~0u)
            continue;
        if (const char* error = read_device(candidate, driver, discovery.interrupt_controller))
            return error;
        const char* error = keep_controller(discovery.interrupt_controller, machine);
        unsigned index = 0;
        ((error = error == nullptr && index++ == driver
                      ? keep_behind_of<Drivers>(discovery.tree, machine)
                      : error),
         ...);
        return error;
    }
    return "device tree: no interrupt controller that this kernel has a driver for";
}

/// Who switches the machine off: the first node that a driver takes. None is no error. Its
/// registers, if it has any, are the kernel's.
template <class Drivers>
void find_power(Drivers list, Discovery& discovery, Machine& machine) {
    Device& power = discovery.power;
    for (const Node candidate : discovery.tree.nodes()) {
        const unsigned driver = candidate.enabled() ? match(list, candidate) : ~0u;
        if (driver == ~0u)
            continue;
        power.node = candidate;
        if (!candidate.has("reg") || (read_device(candidate, driver, power) == nullptr &&
                                      machine.kernel_devices.add(power.region[0]))) {
            power.driver = driver;
            return;
        }
    }
    power.driver = ~0u;
}

} // namespace platform::fdt
