// SPDX-License-Identifier: BSD-2-Clause
// Boot in C++: moves the image where it belongs, learns the machine, maps RAM, goes over to the kernel's own stack.
#include <generic/boot/machine.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/memory.hpp>

#include <arch/boot_place.hpp>
#include <arch/devices.hpp>
#include <arch/fpu_setup.hpp>
#include <arch/kernel_tables.hpp>
#include <board.gen.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>
#include <generic/object/cpu.hpp>

namespace arch {

constinit uint32_t image_physical = 0;

namespace {

using kernel::PhysAddr;
using kernel::PhysRange;
using namespace layout;

KERNEL_BOOT_BSS constinit kernel::boot::Machine machine{};
KERNEL_BOOT_BSS constinit platform::fdt::Discovery discovery{};

/// The stack with the Cpu on top of it; mapped apart, with a page of nothing below.
alignas(page_size) constinit char stack_pages_memory[(stack_pages + 1) * page_size]{};
static_assert(sizeof(kernel::Cpu) <= page_size);

constinit uint32_t next_device = layout::devices;

KERNEL_BOOT void set_small_page(uint32_t address, uint64_t physical, uint8_t memory) {
    write_page_table_entry(&kernel_tables.small_level3[(address - small_pages) / page_size],
                           kernel_leaf(physical, memory, true).raw());
}

KERNEL_BOOT void map_small_pages() {
    write_page_table_entry(
        &kernel_tables.image_level2[(small_pages & 0x3fffffff) / block_size],
        LongDescriptor{}.set<LongDescriptor::Valid, LongDescriptor::NotBlock>()
            .with<LongDescriptor::Address>(physical_of_image(kernel_tables.small_level3).raw())
            .raw());
    for (uint32_t offset = 0; offset < sizeof stack_pages_memory; offset += page_size)
        set_small_page(stack_bottom + offset,
                       physical_of_image(stack_pages_memory + offset).raw(), MemoryIndex::normal);
    dsb_inner();
}

KERNEL_BOOT bool may_map(const PhysRange& block) {
    bool is_ram = false;
    for (const PhysRange& bank : machine.ram)
        is_ram = is_ram || bank.contains(block);
    for (const PhysRange& hole : discovery.no_map)
        is_ram = is_ram && !hole.overlaps(block);
    return is_ram;
}

KERNEL_BOOT bool holds_ram(const PhysRange& block) {
    for (const PhysRange& bank : machine.ram)
        if (bank.overlaps(block))
            return true;
    return false;
}

/// The window begins with the lowest RAM. It has whole blocks of RAM; what is left over of a block at
/// the edge of a bank, or shares one with memory that must not be mapped, nobody gets.
KERNEL_BOOT const char* map_window() {
    uint64_t lowest = ~uint64_t{0};
    for (const PhysRange& bank : machine.ram)
        lowest = bank.begin.raw() < lowest ? bank.begin.raw() : lowest;
    lowest = kernel::align_down(lowest, block_size);
    window_offset = static_cast<uint32_t>(lowest) - window;
    uint64_t mapped_end = lowest;
    for (uint64_t block = lowest; block < lowest + window_size; block += block_size) {
        const PhysRange range{PhysAddr{block}, block_size};
        if (!may_map(range)) {
            if (holds_ram(range) && !machine.reserved.add(range))
                return "device tree: too many scattered pieces of memory";
            continue;
        }
        const uint32_t address = static_cast<uint32_t>(block) - window_offset;
        uint64_t* const table =
            address < 0xc0000000 ? kernel_tables.window_level2 : kernel_tables.image_level2;
        write_page_table_entry(&table[(address & 0x3fffffff) / block_size],
                               kernel_leaf(block, MemoryIndex::normal, false).raw());
        mapped_end = block + block_size;
    }
    machine.window = window_range = {PhysAddr{lowest}, mapped_end - lowest};
    write_page_table_entry(
        &kernel_tables.level1[2],
        LongDescriptor{}.set<LongDescriptor::Valid, LongDescriptor::NotBlock>()
            .with<LongDescriptor::Address>(physical_of_image(kernel_tables.window_level2).raw())
            .raw());
    dsb_inner();
    isb();
    return nullptr;
}

/// From now on user level has the lower half: the identity of start.S is gone, TTBCR.T0SZ = 1.
KERNEL_BOOT void end_identity(uint32_t image) {
    const uint32_t place = image >> 30;
    if (place < 3)
        write_page_table_entry(&kernel_tables.level1[place], 0);
    else
        write_page_table_entry(&kernel_tables.image_level2[(image & 0x3fffffff) / block_size], 0);
    dsb_inner();
    cp15::Ttbcr::write(cp15::Ttbcr::read() | 1);
    isb();
    activate(empty_token());
    isb();
    cp15::TlbInvalidateAll::write(0);
    dsb_inner();
    isb();
}

KERNEL_BOOT void describe_image() {
    const auto physical = [](const char* text_address) {
        return PhysAddr{reinterpret_cast<uint32_t>(text_address) - layout::image + image_physical};
    };
    machine.image = {physical(image_begin), static_cast<uint32_t>(image_end - image_begin)};
    machine.discard[0] = {physical(boot_begin), static_cast<uint32_t>(boot_end - boot_begin)};
    machine.device_limit = uint64_t{1} << 40;
    machine.core_count = 1;
}

KERNEL_BOOT const char* learn_machine(uint32_t device_tree) {
    const Blob blob = map_blob(device_tree);
    const char* error = platform::fdt::read_tree(blob.begin, PhysAddr{device_tree}, blob.limit,
                                                 discovery, machine);
    // The console first, so that the line can be read.
    if (const char* none = platform::fdt::find_console(board::Consoles{}, discovery);
        none != nullptr && error == nullptr)
        error = none;
    start_console(discovery.console);
    platform::fdt::find_power(board::PowerControllers{}, discovery, machine);
    start_power(discovery);
    return error != nullptr ? error : platform::fdt::find_interrupt_controller(board::InterruptControllers{}, discovery,
                                                    machine);
}

KERNEL_BOOT [[noreturn]] void boot_stop(const char* error) {
    kernel::fatal(error);
}

extern "C" char vectors[];

/// An asynchronous abort that firmware has left pending would be the first thread's: it is taken here, by
/// a vector (offset 16, data abort; ARM state) that goes on where there was none.
KERNEL_BOOT void discard_pending_abort() {
    uint32_t base;
    asm volatile("adr %0, 1f - 16\n\t"
                 "mcr p15, 0, %0, c12, c0, 0\n\t"
                 "dsb\n\tisb\n\tcpsie a\n\tisb\n\t"
                 "b 2f\n\t"
                 ".balign 32\n\t.space 16\n"
                 ".arm\n1:\tcpsid a, #19\n\tadd %0, pc, #1\n\tbx %0\n\t"
                 ".thumb\n2:\tcpsid a"
                 : "=r"(base)::"memory");
}

extern "C" [[noreturn, gnu::used]] KERNEL_BOOT void boot_high() {
    if (const char* error = start_devices(discovery); error != nullptr)
        boot_stop(error);
    unmap_blob();
    kernel::boot::main(machine);
}

} // namespace

KERNEL_BOOT void* map_device(PhysAddr begin, size_t size) {
    const uint64_t first = kernel::align_down(begin.raw(), page_size);
    const uint64_t end = kernel::align_up(begin.raw() + size, page_size);
    if (size == 0 || end - first > devices_end - next_device)
        kernel::fatal("device registers do not fit the kernel's map (address, size)",
                      static_cast<kernel::Word>(begin.raw()), size);
    const uint32_t address = next_device;
    for (uint64_t page = first; page < end; page += page_size, next_device += page_size)
        set_small_page(next_device, page, MemoryIndex::device);
    dsb_inner();
    isb();
    return reinterpret_cast<void*>(address + static_cast<uint32_t>(begin.raw() - first));
}

/// From start.S, on the boot stack. r0: device tree, r1: where the image's first byte lies.
extern "C" [[noreturn, gnu::used]] KERNEL_BOOT void boot_entry(uint32_t device_tree,
                                                               uint32_t begin) {
    if (begin % block_size != image_load_offset)
        move_image(device_tree, begin);
    image_physical = begin - image_load_offset;
    map_small_pages();
    // The Cpu must be there for a fatal line.
    cp15::CpuPointer::write(layout::cpu);
    discard_pending_abort();
    cp15::VectorBase::write(reinterpret_cast<uint32_t>(vectors));
    if (const char* error = learn_machine(device_tree); error != nullptr)
        boot_stop(error);
    end_identity(begin); // which has the window's addresses where RAM begins at 2 or 3 GiB
    if (const char* error = map_window(); error != nullptr)
        boot_stop(error);
    describe_image();
    find_fpu();
    asm volatile("mov sp, %0\n\tb boot_high" : : "r"(layout::cpu));
    __builtin_unreachable();
}

} // namespace arch
