// SPDX-License-Identifier: BSD-2-Clause
// RISC-V platform-level interrupt controller.
#include <platforms/drivers/irqchip/plic.hpp>

#include <arch/core.hpp>
#include <arch/memory.hpp>
#include <generic/base/attributes.hpp>
#include <platforms/boot/fdt/discover.hpp>

namespace platform {

namespace {

constexpr uint32_t supervisor_external = 9;

/// Contexts are numbered by the entries of interrupts-extended. ~0: none for this hart.
KERNEL_BOOT unsigned find_context(cobnut::fdt::Node node, uint64_t hart) {
    unsigned context = ~0u;
    unsigned number = 0;
    const auto look = [&](const cobnut::fdt::Interrupt& interrupt) {
        if (interrupt.cells[0] == supervisor_external) {
            const auto core = cobnut::fdt::reg(cobnut::fdt::parent(interrupt.controller));
            if (core && core->base == hart)
                context = number;
        }
        ++number;
        return context == ~0u;
    };
    return cobnut::fdt::for_each_interrupt(node, look) == cobnut::fdt::Error::none ? context : ~0u;
}

KERNEL_BOOT reg::Mmio<> map(kernel::PhysAddr address, size_t size) {
    return reg::Mmio<>{reinterpret_cast<uintptr_t>(arch::map_device(address, size))};
}

} // namespace

KERNEL_BOOT const char* Plic::start(const fdt::Device& device, uint64_t hart) {
    const unsigned context = find_context(device.node, hart);
    if (context == ~0u)
        return "device tree: the PLIC has no supervisor context for the boot hart";
    const uint32_t sources = device.node.cell("riscv,ndev");
    if (sources == 0 || sources >= max_sources)
        return "device tree: the PLIC's riscv,ndev is out of range";
    const uint64_t enable_offset = 0x2000 + uint64_t{0x80} * context;
    const uint64_t context_offset = 0x200000 + uint64_t{0x1000} * context;
    if (device.region_count == 0 || device.region[0].size < context_offset + 0x1000)
        return "device tree: the PLIC's reg is too small for its contexts";
    const kernel::PhysAddr base = device.region[0].begin;
    count_ = sources + 1;
    priority_ = map(base, max_sources * 4);
    enable_ = map(base + enable_offset, max_sources / 8);
    context_ = map(base + context_offset, 8);
    for (unsigned word = 0; word <= sources / 32; ++word)
        enable_.write<Enable>(word, 0);
    for (unsigned number = 1; number <= sources; ++number)
        priority_.write<Priority>(number, 1);
    context_.write<Threshold>(0);
    return nullptr;
}

void Plic::set_enabled(unsigned number, bool enabled) {
    const uint32_t bit = uint32_t{1} << number % 32;
    const uint32_t before = enable_.read<Enable>(number / 32);
    enable_.write<Enable>(number / 32, enabled ? before | bit : before & ~bit);
}

unsigned Plic::claim() {
    const uint32_t number = context_.read<Claim>();
    if (number >= max_sources)
        return 0;
    claimed_[number / 32] |= uint32_t{number != 0} << number % 32;
    arch::device_read_barrier(); // the device was served before us
    return number;
}

// Only while the source is enabled for the context is a completion heard.
void Plic::complete(unsigned number) {
    const uint32_t bit = uint32_t{1} << number % 32;
    if ((claimed_[number / 32] & bit) == 0)
        return;
    claimed_[number / 32] &= ~bit;
    arch::device_write_barrier(); // what the driver did comes first
    context_.write<Claim>(number);
}

void Plic::mask(unsigned number) {
    complete(number);
    set_enabled(number, false);
}

void Plic::unmask(unsigned number) {
    set_enabled(number, true);
    complete(number);
}

bool Plic::configure(unsigned number, cobnut::Trigger trigger) {
    mask(number);
    return trigger != cobnut::Trigger::edge;
}

} // namespace platform
