// SPDX-License-Identifier: BSD-2-Clause
// Boot with the MMU on: what machine this is, the kernel's mappings, console, interrupts and timer.
#include <arch/debug.hpp>
#include <arch/address_space.hpp>
#include <arch/cpu.hpp>
#include <arch/kernel_map.hpp>
#include <arch/layout.hpp>
#include <arch/machine.hpp>
#include <arch/memory.hpp>
#include <arch/system_registers.hpp>
#include <arch/timer.hpp>

#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>
#include <generic/boot/machine.hpp>
#include <generic/contract/timer.hpp>
#include <generic/object/cpu.hpp>
#include <platforms/boot/fdt/discover.hpp>

extern "C" {
extern char image_start[], image_end[], boot_text_end[], boot_data_start[], boot_data_end[];
extern char bss_start[], bss_end[], vectors[];
[[noreturn]] void boot_on_kernel_stack();
}

namespace arch {

// ASID 0 and this empty table: the space of whoever has none.
[[gnu::section(".bss.pages")]] constinit TableArray empty_root{};
constinit SpaceToken empty_space_token = 0;

namespace {

using kernel::PhysAddr;
using kernel::PhysRange;
using kernel::boot::Machine;

constexpr uint64_t stack_size = 8192;
constexpr uint64_t cpu_size = kernel::align_up(sizeof(kernel::Cpu), page_size);
constexpr uint64_t core_address = stack_window + page_size; // behind an unmapped guard page
struct alignas(page_size) CoreMemory {
    char bytes[stack_size + cpu_size];
};
[[gnu::section(".bss.pages")]] constinit CoreMemory core_memory{};

KERNEL_BOOT_BSS constinit Machine description{};
KERNEL_BOOT_BSS constinit platform::fdt::Discovery discovery{};

// May be called once; before it, errors have nowhere to go.
KERNEL_BOOT void start_console() {
    if (const char* error = find_console(board::Consoles{}, discovery))
        kernel::fatal(error);
    const auto& device = discovery.console;
    if (device.found() && device.region_count > 0) {
        void* const registers = map_device(device.region[0].begin, page_size);
        machine.console.select(device.node, reinterpret_cast<uintptr_t>(registers));
    }
}

KERNEL_BOOT void check_places(uint64_t image) {
    description.image = {PhysAddr{image}, static_cast<uint64_t>(image_end - image_start)};
    if (description.image.overlaps(description.device_tree))
        kernel::fatal("boot: kernel image and device tree overlap at",
                      description.device_tree.begin.raw());
    if (description.image.overlaps(description.archive))
        kernel::fatal("boot: kernel image and archive overlap at", description.archive.begin.raw());
    for (const PhysRange& ram : description.ram)
        if (ram.contains(description.image))
            return;
    kernel::fatal("boot: the kernel image does not lie in the memory of the device tree", image);
}

KERNEL_BOOT void describe(uint64_t image) {
    description.discard[0] = {PhysAddr{image}, static_cast<uint64_t>(boot_text_end - image_start)};
    description.discard[1] = {
        PhysAddr{reinterpret_cast<uint64_t>(boot_data_start) - image_data_delta},
        static_cast<uint64_t>(boot_data_end - boot_data_start)};
    uint64_t lowest = ~uint64_t{0}, highest = 0;
    for (const PhysRange& ram : description.ram) {
        lowest = ram.begin.raw() < lowest ? ram.begin.raw() : lowest;
        highest = ram.end().raw() > highest ? ram.end().raw() : highest;
    }
    if (highest > window_size)
        highest = window_size;
    description.window = {PhysAddr{lowest}, highest - lowest};
    constexpr uint8_t bits[] = {32, 36, 40, 42, 44, 48};
    const uint8_t code = MemoryFeatures0::read().get<MemoryFeatures0::PhysicalRange>();
    description.device_limit = uint64_t{1} << bits[code < 5 ? code : 5];
    description.core_count = 1;
}

// Discarded after the boot: nothing below user space's end is mapped for the kernel any more.
KERNEL_BOOT void forget_boot_mappings() {
    empty_space_token = reinterpret_cast<uint64_t>(&empty_root) - image_data_delta;
    asm volatile("dsb ishst\n\tmsr ttbr0_el1, %0\n\tisb\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" ::"r"(
                     empty_space_token)
                 : "memory");
}

/// An SError that firmware has left pending would be the first thread's: it is taken here, by a vector
/// (offset 0x380, SError from EL1 itself) that goes on where there was none.
KERNEL_BOOT void discard_pending_error() {
    uint64_t base;
    asm volatile("adr %0, 1f\n\tsub %0, %0, #0x380\n\tmsr vbar_el1, %0\n\t"
                 "dsb sy\n\tisb\n\tmsr daifclr, #4\n\tisb\n\t"
                 "b 1f\n\t"
                 ".balign 2048\n\t.space 0x380\n"
                 "1:\tmsr daifset, #4"
                 : "=r"(base)::"memory");
}

KERNEL_BOOT void set_up_core() {
    discard_pending_error();
    asm volatile("msr vbar_el1, %0\n\tmsr cpacr_el1, xzr\n\tmsr mdscr_el1, xzr\n\t"
                 "msr cntkctl_el1, xzr\n\tmsr tpidrro_el0, xzr\n\tisb" ::"r"(vectors)
                 : "memory");
    init_debug();
    using S = SystemControl;
    S::write(S{S::off}
                 .set<S::Mmu, S::DataCache, S::StackAlignment, S::StackAlignmentUser,
                      S::InstructionCache, S::UserZeroLine, S::UserCacheType, S::UserWaitInterrupt,
                      S::UserWaitEvent, S::UserCacheMaintenance>()
                 .clear<S::KeepPan>());
    if (MemoryFeatures1::read().get<MemoryFeatures1::Pan>() != 0)
        asm volatile(".inst 0xd500419f" ::: "memory"); // msr pan, #1
    // The cycle counter runs, 64 bits wide, at all levels (PMCR_EL0.LC, .E; PMCNTENSET_EL0.C).
    if (has_cycle_counter())
        asm volatile("msr pmuserenr_el0, xzr\n\tmsr pmccfiltr_el0, xzr\n\t"
                     "msr pmcntenset_el0, %0\n\tmsr pmcr_el0, %1" ::"r"(uint64_t{1} << 31),
                     "r"(uint64_t{1 << 6 | 1}));
}

KERNEL_BOOT void start_interrupts() {
    if (const char* error =
            find_interrupt_controller(board::InterruptControllers{}, discovery, description))
        kernel::fatal(error);
    const auto& device = discovery.interrupt_controller;
    const char* error = nullptr;
    machine.interrupt_controller.select(device.driver);
    machine.interrupt_controller.visit([&](auto& controller) { error = controller.start(device); });
    if (error != nullptr)
        kernel::fatal(error);
    machine.timer_number = discovery.timer.virtual_timer;
    if (machine.timer_number == 0)
        kernel::fatal("device tree: the timer node names no virtual timer interrupt");
    if (ticks_per_second() == 0)
        kernel::fatal("boot: firmware has not set CNTFRQ_EL0");
    set_deadline(kernel::no_deadline);
    asm volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(uint64_t{1}));
    machine.interrupt_controller.visit(
        [](const auto& controller) { controller.unmask(machine.timer_number); });
}

KERNEL_BOOT void start_power() {
    find_power(board::PowerControllers{}, discovery, description);
    machine.power.select(discovery.power.driver);
    machine.power.visit(
        [](auto& power) { power.start(discovery.power, discovery.psci, map_device); });
}

} // namespace

extern "C" [[noreturn]] KERNEL_BOOT void boot_high(uint64_t image, uint64_t device_tree) {
    image_data_delta = image_text + image_data_offset - image;
    set_up_core();
    const uint64_t offset = device_tree & (block_size - 1);
    uint64_t mapped = 0;
    while (mapped < device_tree_blocks &&
           kernel_image_level2.entry[(device_tree_window >> 21 & 511) + mapped] != 0)
        ++mapped;
    if (mapped == 0)
        stop(); // no device tree, so no console either
    const auto* blob = reinterpret_cast<const char*>(device_tree_window + offset);
    const char* error = read_tree(blob, PhysAddr{device_tree}, mapped * block_size - offset,
                                  discovery, description);
    start_console();
    start_power();
    if (error != nullptr)
        kernel::fatal(error);
    check_places(image);
    for (char* at = bss_start; at < bss_end; at += 16)
        asm volatile("stp xzr, xzr, [%0]" ::"r"(at) : "memory");

    describe(image);
    map_window(description, discovery.no_map);
    const uint64_t core = reinterpret_cast<uint64_t>(&core_memory) - image_data_delta;
    map_range(core_address, core, core + sizeof core_memory, normal_memory | never_execute);
    auto* const cpu = reinterpret_cast<kernel::Cpu*>(core_address + stack_size);
    asm volatile(
        "mov x18, %0\n\tmov sp, %0\n\tmov x29, xzr\n\tmov x30, xzr\n\tb boot_on_kernel_stack" ::"r"(
            cpu)
        : "memory");
    __builtin_unreachable();
}

extern "C" [[noreturn]] KERNEL_BOOT void boot_on_kernel_stack() {
    forget_boot_mappings();
    start_interrupts();
    kernel::boot::main(description);
}

} // namespace arch
