// SPDX-License-Identifier: BSD-2-Clause
// Which physical memory is free, and taking some of it for the first objects.
#include <generic/base/panic.hpp>
#include <generic/boot/memory_plan.hpp>
#include <generic/contract/memory.hpp>

namespace kernel::boot {

namespace {

struct Named {
    PhysRange range;
    const char* overlaps_image;
    const char* outside;
};

bool inside_ram(const Machine& machine, PhysRange range) {
    for (const PhysRange& ram : machine.ram)
        if (ram.contains(range))
            return true;
    return false;
}

} // namespace

PhysRange pages_inside(PhysRange range) {
    const uint64_t begin = align_up(range.begin.raw(), page);
    const uint64_t end = align_down(range.end().raw(), page);
    return {PhysAddr(begin), end > begin ? end - begin : 0};
}

PhysRange pages_around(PhysRange range) {
    const uint64_t begin = align_down(range.begin.raw(), page);
    return {PhysAddr(begin), align_up(range.end().raw(), page) - begin};
}

void FreeMemory::add(PhysRange range) {
    if (range.size == 0)
        return;
    if (count == capacity)
        fatal("boot: memory is in too many pieces");
    item[count++] = range;
}

void FreeMemory::remove(PhysRange range) {
    for (unsigned i = 0; i < count; ++i) {
        const PhysRange old = item[i];
        if (!old.overlaps(range))
            continue;
        const uint64_t before =
            range.begin > old.begin ? range.begin - old.begin : 0;
        const uint64_t after = old.end() > range.end() ? old.end() - range.end() : 0;
        item[i] = {old.begin, before};
        if (before != 0)
            add({range.end(), after});
        else
            item[i] = {range.end(), after};
    }
}

void check_ranges(const Machine& machine) {
    const Named named[] = {
        {machine.archive, "boot: the archive overlaps the kernel image",
         "boot: the archive lies outside RAM"},
        {machine.device_tree, "boot: the device tree blob overlaps the kernel image",
         "boot: the device tree blob lies outside RAM"},
    };
    for (const Named& one : named) {
        if (one.range.size == 0)
            continue;
        if (one.range.overlaps(machine.image))
            fatal(one.overlaps_image);
        if (!inside_ram(machine, one.range))
            fatal(one.outside);
        const uint64_t window_end = machine.window.end().raw();
        if (one.range.end().raw() > window_end)
            fatal("boot: archive or device tree blob lies beyond the kernel's window");
    }
    if (machine.archive.overlaps(machine.device_tree))
        fatal("boot: the archive overlaps the device tree blob");
    if (machine.ram.count == 0)
        fatal("boot: firmware names no RAM");
}

void find_free_memory(const Machine& machine, FreeMemory& free) {
    for (const PhysRange& ram : machine.ram) {
        const PhysRange inside = pages_inside(ram);
        free.remove(inside); // banks that overlap count once
        free.add(inside);
    }
    for (const PhysRange& reserved : machine.reserved)
        free.remove(pages_around(reserved));
    free.remove(pages_around(machine.image));
    free.remove(pages_around(machine.device_tree));
    free.remove(pages_around(machine.archive));
    for (const PhysRange& discard : machine.discard)
        free.add(pages_inside(discard));
}

void find_devices(const Machine& machine, FreeMemory& devices) {
    devices.add({PhysAddr(0), machine.device_limit});
    for (const PhysRange& ram : machine.ram)
        devices.remove(pages_around(ram));
    for (const PhysRange& reserved : machine.reserved)
        devices.remove(pages_around(reserved));
    for (const PhysRange& registers : machine.kernel_devices)
        devices.remove(pages_around(registers));
}

PhysAddr allocate(const Machine& machine, FreeMemory& free, uint64_t bytes, uint64_t alignment) {
    const uint64_t size = align_up(bytes, page);
    const uint64_t window_end = machine.window.end().raw();
    for (unsigned i = 0; i < free.count; ++i) {
        const PhysRange range = free.item[i];
        if (range.begin < machine.window.begin || range.end().raw() > window_end ||
            range.size < size)
            continue;
        // From the upper end, so that large blocks stay whole at the lower one.
        const uint64_t begin = align_down(range.end().raw() - size, alignment);
        if (begin < range.begin.raw())
            continue;
        const PhysRange taken = {PhysAddr(begin), size};
        free.remove(taken);
        for (uint64_t done = 0; done < size; done += page)
            arch::clear_memory(arch::to_virtual(taken.begin + done), page);
        return taken.begin;
    }
    fatal("boot: too little memory");
}

} // namespace kernel::boot
