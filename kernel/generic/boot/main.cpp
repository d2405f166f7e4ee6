// SPDX-License-Identifier: BSD-2-Clause
// The generic boot: from what firmware left to the root task.
#include <arch/isa.hpp>
#include <cobnut/format/cpio.hpp>
#include <generic/base/panic.hpp>
#include <generic/boot/root_task.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/interrupt.hpp>
#include <generic/contract/fpu.hpp>
#include <generic/contract/memory.hpp>
#include <generic/contract/timer.hpp>
#include <generic/debug/print.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

#include <board.gen.hpp>

namespace kernel::boot {

namespace {

using cobnut::BootInfo;
using cobnut::BootRegion;
using cobnut::RegionKind;

/// Capability slots that stay free for the root task, at least.
constexpr unsigned spare_slots = 2048;
constexpr unsigned max_regions = 1024;

[[gnu::section(".boot.bss")]] constinit FreeMemory free_memory{};
[[gnu::section(".boot.bss")]] constinit FreeMemory devices{};

/// The archive or blob, page-aligned and with nothing of others in its first and last page.
PhysRange own_pages(const Machine& machine, PhysRange range) {
    if (range.size == 0)
        return {};
    const uint64_t size = align_up(range.size, page);
    char* to = static_cast<char*>(arch::to_virtual(pages_around(range).begin));
    PhysAddr begin = range.begin;
    if (!is_aligned(range.begin.raw(), page)) {
        begin = allocate(machine, free_memory, size);
        to = static_cast<char*>(arch::to_virtual(begin));
        const char* from = static_cast<const char*>(arch::to_virtual(range.begin));
        for (uint64_t i = 0; i < range.size; ++i)
            to[i] = from[i];
        free_memory.add(pages_inside(range));
    }
    for (uint64_t i = range.size; i < size; ++i)
        to[i] = 0;
    return {begin, size};
}

cobnut::elf::Image open_init(const Machine& machine) {
    if (machine.archive.size == 0)
        fatal("boot: firmware handed over no boot archive");
    const cobnut::format::Bytes bytes(
        static_cast<const unsigned char*>(arch::to_virtual(machine.archive.begin)),
        static_cast<size_t>(machine.archive.size));
    const cobnut::cpio::Archive archive(bytes);
    if (archive.error() != cobnut::cpio::Error::none) {
        print("cobnut: boot: ", cobnut::cpio::text(archive.error()), " (entry ",
              Hex{archive.failed_entry()}, ", ", cobnut::cpio::text(archive.failed_field()),
              ")\n");
        fatal("boot: the boot archive is damaged");
    }
    const cobnut::cpio::Entry init = archive.find("init");
    if (!init || !init.is_file())
        fatal("boot: the boot archive has no init");
    cobnut::elf::Expectation expectation;
    expectation.machine = arch::elf_machine;
    expectation.wide = sizeof(Word) == 8;
    expectation.lowest = page;
    expectation.highest = RootLayout::program_end - 1;
    const cobnut::elf::Image image(init.data, expectation);
    if (image.error() != cobnut::elf::Error::none) {
        print("cobnut: boot: init: ", cobnut::elf::text(image.error()), " (program header ",
              Hex{image.failed_header()}, ")\n");
        fatal("boot: init cannot be loaded");
    }
    return image;
}

/// Memory for the slots that the kernel itself needs.
void make_kernel_slots(const Machine& machine) {
    Kernel& kernel = kernel_state;
    const unsigned interrupts = arch::interrupt_count();
    const uint64_t slots = 3 + uint64_t{interrupts} + trace::slot_count;
    auto* memory = static_cast<Slot*>(
        arch::to_virtual(allocate(machine, free_memory, slots * sizeof(Slot))));
    kernel.root = memory;
    kernel.scratch = memory + 1;
    kernel.limbo = memory + 2;
    kernel.irq_slots = memory + 3;
    if constexpr (trace::enabled)
        trace::set_slots(arch::current_cpu(), memory + 3 + interrupts);
    kernel.least_ticks = (arch::ticks_per_second() >> 20) * sched::min_budget_us;
}

unsigned count_blocks(const FreeMemory& memory) {
    unsigned count = 0;
    for (unsigned i = 0; i < memory.count; ++i)
        for_each_block(memory.item[i], [&](PhysAddr, unsigned) { ++count; });
    return count;
}

unsigned cnode_bits_for(uint64_t slots) {
    unsigned bits = 12;
    while ((uint64_t{1} << bits) < slots)
        ++bits;
    return bits;
}

void copy_text(char* to, size_t room, const char* from) {
    for (size_t i = 0; i + 1 < room && from[i] != 0; ++i)
        to[i] = from[i];
}

void describe(BootInfo& info, const Machine& machine, const RootTask& root) {
    info.magic = cobnut::boot_info_magic;
    info.abi_major = cobnut::abi_major;
    info.abi_minor = cobnut::abi_minor;
    info.isa = static_cast<uint32_t>(arch::isa);
    info.core_count = machine.core_count;
    info.regions = sizeof(BootInfo);
    info.cnode_size_bits = static_cast<uint32_t>(__builtin_ctzll(root.slot_count()));
    info.thread_size_bits = thread_size_bits;
    info.fpu_thread_size_bits = untyped::fpu_thread_bits();
    for (unsigned i = 0; i < mm::frame_size_count; ++i)
        info.frame_size_bits[i] = static_cast<uint8_t>(mm::frame_bits(i));
    info.message_registers = arch::Registers::message_words;
    info.feature_flags = (COBNUT_DEBUG ? cobnut::BootFeature::debug_kernel : 0) |
                         (arch::asid_count() > 1 ? cobnut::BootFeature::address_space_ids : 0) |
                         (trace::enabled ? cobnut::BootFeature::trace : 0);
    info.ticks_per_second = arch::ticks_per_second();
    info.acpi_root = machine.acpi_root.raw();
    copy_text(info.kernel_version, sizeof(info.kernel_version), COBNUT_VERSION);
    copy_text(info.board, sizeof(info.board), board::name);
}

/// Untypeds of all that is left, and their description.
class RegionWriter {
public:
    RegionWriter(RootTask& root, BootInfo& info) : root_(root), info_(info) {
        info.first_untyped = static_cast<uint32_t>(root.next_slot_index());
    }
    /// The Untyped of what the kernel mapped into the root task already.
    void add_area(PhysRange pages, const cobnut::BootArea& area) {
        for_each_block(pages, [&](PhysAddr address, unsigned bits) {
            if (Slot* slot = make(address, bits, RegionKind::boot_area))
                root_.adopt(*slot, area);
        });
    }
    void add(PhysRange range, RegionKind kind) {
        for_each_block(range, [&](PhysAddr address, unsigned bits) {
            (void)make(address, bits, kind);
        });
    }

private:
    Slot* make(PhysAddr address, unsigned bits, RegionKind kind) {
        if (info_.region_count == max_regions)
            return nullptr;
        auto* regions = reinterpret_cast<BootRegion*>(&info_ + 1);
        regions[info_.region_count++] = {address.raw(), static_cast<uint8_t>(bits), kind, {}};
        return &root_.make_untyped(address, bits, kind);
    }

    RootTask& root_;
    BootInfo& info_;
};

void add_regions(RegionWriter& writer, const Machine& machine) {
    const uint64_t window_end = machine.window.end().raw();
    for (unsigned i = 0; i < free_memory.count; ++i) {
        const PhysRange range = free_memory.item[i];
        const uint64_t begin = range.begin.raw();
        const uint64_t end = range.end().raw();
        const uint64_t middle = end < window_end ? end : begin > window_end ? begin : window_end;
        writer.add({range.begin, middle - begin}, RegionKind::untyped);
        writer.add({PhysAddr(middle), end - middle}, RegionKind::frames_only);
    }
    for (unsigned i = 0; i < devices.count; ++i)
        writer.add(devices.item[i], RegionKind::device);
}

} // namespace

void main(Machine& machine) {
    print("Cobnut ", COBNUT_VERSION, " on ", board::name, "\n");
    check_ranges(machine);
    find_free_memory(machine, free_memory);
    find_devices(machine, devices);
    const cobnut::elf::Image init = open_init(machine);
    make_kernel_slots(machine);

    const PhysRange blob = own_pages(machine, machine.device_tree);
    const PhysRange archive = own_pages(machine, machine.archive);
    const uint64_t info_bytes = align_up(sizeof(BootInfo) + max_regions * sizeof(BootRegion), page);
    const uint64_t slots = spare_slots + 512 + (archive.size + blob.size + info_bytes) / page +
                           (archive.size >> 20) + uint64_t{2} * count_blocks(free_memory) +
                           count_blocks(devices);
    RootTask root(machine, free_memory, cnode_bits_for(slots));
    root.load(init);
    root.make_stack_and_buffer();
    const PhysRange info_pages = {allocate(machine, free_memory, info_bytes), info_bytes};
    auto& info = *static_cast<BootInfo*>(arch::to_virtual(info_pages.begin));
    describe(info, machine, root);

    Word at = RootLayout::areas;
    const auto place = [&](PhysRange pages, uint64_t size) -> cobnut::BootArea {
        if (pages.size == 0)
            return {};
        if (pages.size > RootLayout::areas_end - at)
            fatal("boot: the boot archive is too large");
        const cobnut::BootArea area = root.map_area(pages, at, static_cast<Word>(size));
        at += static_cast<Word>(pages.size + page);
        return area;
    };
    info.boot_info = place(info_pages, info_bytes);
    info.device_tree = place(blob, machine.device_tree.size);
    info.archive = place(archive, machine.archive.size);
    RegionWriter writer(root, info);
    add_regions(writer, machine);
    writer.add_area(blob, info.device_tree);
    writer.add_area(archive, info.archive);
    info.size = static_cast<uint32_t>(sizeof(BootInfo) + info.region_count * sizeof(BootRegion));
    info.free_slots_begin = static_cast<uint32_t>(root.next_slot_index());
    info.free_slots_end = static_cast<uint32_t>(root.slot_count());

    root.start(static_cast<Word>(init.entry()), info.boot_info.address);
    arch::current_cpu().deadline = no_deadline;
    sched::leave(arch::current_cpu());
}

} // namespace kernel::boot
