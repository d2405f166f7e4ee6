// SPDX-License-Identifier: BSD-2-Clause
// The PVH start info (Xen's hvm_start_info, version 1) and the information of multiboot 1 and 2, read
// defensively.
#include <platforms/boot/multiboot/handover.hpp>

#include <generic/base/attributes.hpp>

namespace platform::multiboot {

namespace {

constexpr unsigned max_map_entries = 256;

KERNEL_BOOT const char* add(Handover& handover, uint64_t start, uint64_t size, uint32_t type) {
    constexpr uint32_t usable = 1, non_volatile = 4, bad = 5;
    if (size > ~start)
        size = ~start;
    if (size == 0)
        return nullptr;
    const Range range{start, start + size};
    if (type == usable && handover.usable_count < Handover::max_ranges)
        handover.usable[handover.usable_count++] = range;
    else if (type != usable && handover.reserved_count < Handover::max_ranges)
        handover.reserved[handover.reserved_count++] = {range, type == non_volatile || type == bad};
    else
        return "memory map: too many ranges";
    return nullptr;
}

KERNEL_BOOT const char* set_archive(Handover& handover, uint64_t start, uint64_t end) {
    if (end <= start)
        return "boot module: its end is not after its start";
    handover.archive = {start, end};
    return nullptr;
}

KERNEL_BOOT const char* read_pvh(const Memory& memory, uint64_t address, Handover& handover) {
    const Bytes info = memory.at(address, 56);
    if (info.empty() || info.le32(0) != pvh_magic)
        return "PVH start info: wrong address or magic";
    if (info.le32(4) < 1)
        return "PVH start info: version 0 has no memory map";
    handover.loader = Handover::Loader::pvh;
    handover.acpi_root = info.le64(32);

    const uint32_t entries = info.le32(48);
    const uint64_t map_size = uint64_t{entries} * 24;
    if (entries == 0 || entries > max_map_entries)
        return "PVH start info: impossible number of memory map entries";
    const Bytes map = memory.at(info.le64(40), map_size);
    if (map.empty())
        return "PVH start info: the memory map lies outside the first 4 GiB";
    for (size_t offset = 0; offset < map_size; offset += 24) {
        const char* wrong =
            add(handover, map.le64(offset), map.le64(offset + 8), map.le32(offset + 16));
        if (wrong != nullptr)
            return wrong;
    }
    if (info.le32(12) == 0)
        return nullptr;
    const Bytes module = memory.at(info.le64(16), 32);
    if (module.empty() || module.le64(8) > ~module.le64(0))
        return "PVH start info: the module list is out of range";
    return set_archive(handover, module.le64(0), module.le64(0) + module.le64(8));
}

KERNEL_BOOT const char* read_multiboot_map(const Bytes& map, Handover& handover) {
    unsigned entries = 0;
    for (size_t offset = 0; offset + 24 <= map.size();) {
        const uint32_t size = map.le32(offset);
        if (size < 20 || size > map.size() - offset - 4 || ++entries > max_map_entries)
            return "multiboot: malformed memory map";
        const char* wrong =
            add(handover, map.le64(offset + 4), map.le64(offset + 12), map.le32(offset + 20));
        if (wrong != nullptr)
            return wrong;
        offset += size + 4;
    }
    return nullptr;
}

KERNEL_BOOT const char* read_multiboot(const Memory& memory, uint64_t address, Handover& handover) {
    constexpr uint32_t has_modules = 1 << 3, has_map = 1 << 6;
    const Bytes info = memory.at(address, 52);
    if (info.empty())
        return "multiboot: the information lies outside the first 4 GiB";
    handover.loader = Handover::Loader::multiboot;
    if ((info.le32(0) & has_map) == 0)
        return "multiboot: no memory map";
    const Bytes map = memory.at(info.le32(48), info.le32(44));
    if (map.empty())
        return "multiboot: the memory map lies outside the first 4 GiB";
    const char* wrong = read_multiboot_map(map, handover);
    if (wrong != nullptr)
        return wrong;
    if ((info.le32(0) & has_modules) == 0 || info.le32(20) == 0)
        return nullptr;
    const Bytes module = memory.at(info.le32(24), 16);
    if (module.empty())
        return "multiboot: the module list is out of range";
    return set_archive(handover, module.le32(0), module.le32(4));
}

// 3.6.8; the entries' size may grow in versions to come.
KERNEL_BOOT const char* read_multiboot2_map(const Bytes& tag, Handover& handover) {
    const uint32_t entry_size = tag.le32(8);
    if (tag.size() < 16 || entry_size < 24 || entry_size > 1024)
        return "multiboot2: malformed memory map";
    for (size_t offset = 16; offset + entry_size <= tag.size(); offset += entry_size) {
        const char* wrong =
            add(handover, tag.le64(offset), tag.le64(offset + 8), tag.le32(offset + 16));
        if (wrong != nullptr)
            return wrong;
    }
    return nullptr;
}

// 3.6.6, 3.6.8, 3.6.15, 3.6.16. The ACPI root pointer is a copy, which is kept.
KERNEL_BOOT const char* read_multiboot2_tag(const Bytes& tag, uint64_t address,
                                            Handover& handover) {
    enum : uint32_t { module = 3, memory_map = 6, old_acpi = 14, new_acpi = 15 };
    const uint32_t type = tag.le32(0);
    if (type == memory_map)
        return read_multiboot2_map(tag, handover);
    if (type == module && handover.archive.size() == 0)
        return tag.size() < 16 ? "multiboot2: a module's tag is too short"
                               : set_archive(handover, tag.le32(8), tag.le32(12));
    if (type == new_acpi || (type == old_acpi && handover.acpi_root == 0)) {
        if (handover.reserved_count == Handover::max_ranges)
            return "memory map: too many ranges";
        handover.acpi_root = address + 8;
        handover.reserved[handover.reserved_count++] = {{address, address + tag.size()}, true};
    }
    return nullptr;
}

KERNEL_BOOT const char* read_multiboot2(const Memory& memory, uint64_t address,
                                        Handover& handover) {
    constexpr uint64_t most = 1 << 20;
    const uint64_t size = memory.at(address, 8).le32(0);
    const Bytes info = memory.at(address, size);
    if (size < 16 || size > most || info.empty())
        return "multiboot2: the information's size is out of range";
    handover.loader = Handover::Loader::multiboot2;
    for (uint64_t offset = 8; offset + 8 <= size;) {
        const uint32_t tag_size = info.le32(offset + 4);
        if (tag_size < 8 || tag_size > size - offset)
            return "multiboot2: malformed tag";
        if (info.le32(offset) == 0)
            return handover.usable_count == 0 ? "multiboot2: no memory map" : nullptr;
        const char* wrong =
            read_multiboot2_tag(info.part(offset, tag_size), address + offset, handover);
        if (wrong != nullptr)
            return wrong;
        offset += (uint64_t{tag_size} + 7) & ~uint64_t{7};
    }
    return "multiboot2: the tags have no end";
}

} // namespace

KERNEL_BOOT const char* read(const Memory& memory, uint32_t magic, uint64_t information,
                             Handover& handover) {
    if (magic == pvh_magic)
        return read_pvh(memory, information, handover);
    if (magic == multiboot_magic)
        return read_multiboot(memory, information, handover);
    if (magic == multiboot2_magic)
        return read_multiboot2(memory, information, handover);
    return "started by neither PVH nor multiboot";
}

} // namespace platform::multiboot
