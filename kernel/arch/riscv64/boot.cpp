// SPDX-License-Identifier: BSD-2-Clause
// Boot at the linked address: learns the machine, maps RAM, goes over to the kernel's own stack.
#include <arch/debug.hpp>
#include <arch/address_space.hpp>
#include <arch/boot.hpp>
#include <arch/cpu.hpp>
#include <arch/fpu.hpp>
#include <arch/memory.hpp>
#include <arch/timer.hpp>
#include <board.gen.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>

extern "C" char image_start[], image_end[], boot_text_end[], boot_data_start[], boot_data_end[];
extern "C" char bss_start[], bss_end[];

namespace arch {

constinit unsigned asid_limit = 1;

namespace {

using kernel::PhysAddr;
using kernel::PhysRange;

KERNEL_BOOT_BSS constinit kernel::boot::Machine machine{};
KERNEL_BOOT_BSS constinit platform::fdt::Discovery discovery{};
KERNEL_BOOT_BSS constinit uint64_t boot_hart{};

KERNEL_BOOT PhysRange image_part(const char* begin, const char* end) {
    const uint64_t text_to_physical = data_to_physical + image_data_offset;
    return {PhysAddr{reinterpret_cast<uint64_t>(begin) + text_to_physical},
            static_cast<uint64_t>(end - begin)};
}

KERNEL_BOOT bool is_ram(PhysRange range) {
    for (const PhysRange& bank : machine.ram)
        if (bank.contains(range))
            return true;
    return false;
}

/// Before the first store beyond what was loaded.
KERNEL_BOOT const char* check_places() {
    if (!is_ram(machine.image))
        return "the kernel image with its .bss does not fit into RAM";
    if (machine.image.overlaps(machine.device_tree))
        return "the device tree overlaps the kernel image";
    if (machine.image.overlaps(machine.archive))
        return "the boot archive overlaps the kernel image";
    return nullptr;
}

/// Firmware that does not say what it protects lies between the begin of RAM and its payload.
KERNEL_BOOT const char* reserve_firmware() {
    for (const PhysRange& bank : machine.ram) {
        if (!bank.contains(machine.image) || bank.begin == machine.image.begin)
            continue;
        const PhysRange below{bank.begin, machine.image.begin - bank.begin};
        bool known = false;
        for (const PhysRange& range : machine.reserved)
            known = known || range.overlaps(below);
        if (!known && !machine.reserved.add(below))
            return "device tree: more reserved regions than the kernel can hold";
    }
    return nullptr;
}

/// Bits that are not implemented read as zero (4.1.11). All entries in use now are global.
KERNEL_BOOT void probe_asids() {
    const csr::Translation now = csr::read_satp();
    csr::write_satp(now.with<csr::Translation::Asid>(0xffff));
    const uint64_t highest = csr::read_satp().get<csr::Translation::Asid>();
    csr::write_satp(now);
    asm volatile("sfence.vma" ::: "memory");
    asid_limit = COBNUT_ASIDS ? static_cast<unsigned>(highest + 1) : 1; // the build's option
}

/// A hart whose tree has no interrupt controller but the hart's own gets the timer's interrupts only.
KERNEL_BOOT const char* find_controller() {
    const char* error = platform::fdt::find_interrupt_controller(board::InterruptControllers{},
                                                                 discovery, machine);
    for (const auto node : discovery.tree.nodes())
        if (node.enabled() && node.has("interrupt-controller") &&
            !node.compatible("riscv,cpu-intc"))
            return error;
    return nullptr;
}

KERNEL_BOOT const char* learn_machine(uint64_t device_tree) {
    const uint64_t offset = device_tree % block_size;
    const auto* const blob = reinterpret_cast<const void*>(device_tree_window + offset);
    machine.image = image_part(image_start, image_end);
    if (const char* error =
            platform::fdt::read_tree(blob, PhysAddr{device_tree},
                                     device_tree_blocks * block_size - offset, discovery, machine))
        return error;
    if (const char* error = check_places())
        return error;
    for (char* at = bss_start; at < bss_end; ++at)
        *at = 0;
    start_console(discovery);
    if (const char* error = reserve_firmware())
        return error;
    return find_controller();
}

/// What interrupts user level, and what it may do, from the first thread on.
KERNEL_BOOT void set_status() {
    using S = csr::Status;
    csr::clear_sstatus(S{}.set<S::InterruptEnable, S::PreviousSupervisor, S::UserMemoryAccess,
                               S::ExecutableReadable>()
                           .with<S::Float>(csr::FloatState::dirty)
                           .with<S::Vector>(csr::FloatState::dirty));
    csr::set_sstatus(S{}.set<S::PreviousInterruptEnable>());
    csr::write_sie(csr::Interrupts{}.set<csr::Interrupts::External>());
    init_debug();
    set_counter_access(false);
}

[[noreturn]] KERNEL_BOOT void stop_boot(const char* error) { kernel::fatal(error); }

/// On the kernel's stack.
[[noreturn]] KERNEL_BOOT void boot_on_stack() {
    unmap_device_tree();
    if (const char* error = start_devices(discovery, boot_hart))
        stop_boot(error);
    probe_asids();
    set_status();
    kernel::boot::main(machine);
}

} // namespace

extern "C" [[noreturn, gnu::used]] KERNEL_BOOT void boot_high(uint64_t hart, uint64_t device_tree) {
    boot_hart = hart;
    map_small_pages();
    // The Cpu must be there for a fatal line.
    asm volatile("mv tp, %0\n\tcsrw sscratch, %0" ::"r"(cpu_address));
    if (const char* error = learn_machine(device_tree))
        stop_boot(error);
    if (const char* error = map_window(machine))
        stop_boot(error);
    machine.discard[0] = image_part(image_start, boot_text_end);
    machine.discard[1] = {PhysAddr{physical_of_data(boot_data_start)},
                          static_cast<uint64_t>(boot_data_end - boot_data_start)};
    machine.window = {PhysAddr{}, window_size};
    machine.device_limit = uint64_t{1} << 46;
    // The blob is read further where it lies, but in the window.
    if (!is_ram(machine.device_tree))
        stop_boot("the device tree does not lie in RAM");
    discovery.tree = platform::fdt::Tree{
        cobnut::format::Bytes{to_virtual(machine.device_tree.begin), machine.device_tree.size}};
    asm volatile("mv sp, %0\n\tjr %1" ::"r"(cpu_address), "r"(&boot_on_stack) : "memory");
    __builtin_unreachable();
}

} // namespace arch
