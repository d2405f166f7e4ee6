// SPDX-License-Identifier: BSD-2-Clause
// The ACPI table reader: every length is checked against its container, every table by its
// checksum.
#include <platforms/boot/acpi/acpi.hpp>

#include <platforms/boot/acpi/soft_off.hpp>

#include <generic/base/attributes.hpp>

namespace platform::acpi {

namespace {

constexpr uint64_t max_table = 4 << 20;
constexpr unsigned max_entries = 256;

// A whole table with a valid length and checksum, or nothing.
KERNEL_BOOT Bytes table_at(const Memory& memory, uint64_t address) {
    const Bytes header = memory.at(address, 36);
    if (header.empty())
        return {};
    const uint32_t length = header.le32(4);
    if (length < 36 || length > max_table)
        return {};
    const Bytes table = memory.at(address, length);
    return !table.empty() && sums_to_zero(table) ? table : Bytes{};
}

KERNEL_BOOT void madt_local(Tables& tables, uint32_t id, uint32_t flags) {
    constexpr uint32_t enabled = 1;
    if ((flags & enabled) != 0 && tables.cpu_count < Tables::max_cpus)
        tables.cpus[tables.cpu_count++] = id;
}

KERNEL_BOOT void madt_override(Tables& tables, const Bytes& entry) {
    if (tables.override_count == Tables::max_overrides || entry.u8(2) != 0)
        return;
    const uint16_t flags = entry.le16(8);
    tables.overrides[tables.override_count++] = {
        .isa = entry.u8(3),
        .interrupt = entry.le32(4),
        .active_low = (flags & 3) == 3,
        .level = ((flags >> 2) & 3) == 3,
    };
}

// One entry of the MADT, ACPI 6.5 section 5.2.12.
KERNEL_BOOT void madt_entry(Tables& tables, const Bytes& entry) {
    switch (entry.u8(0)) {
    case 0:
        if (entry.size() >= 8)
            madt_local(tables, entry.u8(3), entry.le32(4));
        break;
    case 1:
        if (entry.size() >= 12 && tables.io_apic_count < Tables::max_io_apics)
            tables.io_apics[tables.io_apic_count++] = {entry.le32(4), entry.le32(8)};
        break;
    case 2:
        if (entry.size() >= 10)
            madt_override(tables, entry);
        break;
    case 5:
        if (entry.size() >= 12)
            tables.local_apic = entry.le64(4);
        break;
    case 9:
        if (entry.size() >= 16)
            madt_local(tables, entry.le32(4), entry.le32(8));
        break;
    default:
        break;
    }
}

KERNEL_BOOT const char* read_madt(const Bytes& table, Tables& tables) {
    if (table.size() < 44)
        return "ACPI: the MADT is too short";
    tables.local_apic = table.le32(36);
    for (size_t offset = 44; offset + 2 <= table.size();) {
        const size_t length = table.u8(offset + 1);
        if (length < 2 || length > table.size() - offset)
            return "ACPI: an entry of the MADT is longer than the table";
        madt_entry(tables, table.part(offset, length));
        offset += length;
    }
    return nullptr;
}

// An I/O port of the FADT: the extended field where it is there and filled, else the 32-bit one.
KERNEL_BOOT uint16_t fadt_port(const Bytes& table, size_t legacy, size_t extended) {
    if (table.size() >= extended + 12 && table.u8(extended) == 1) {
        const uint64_t address = table.le64(extended + 4);
        if (address != 0 && address < 0x10000)
            return static_cast<uint16_t>(address);
    }
    const uint32_t address = table.size() >= legacy + 4 ? table.le32(legacy) : 0;
    return address < 0x10000 ? static_cast<uint16_t>(address) : uint16_t{0};
}

KERNEL_BOOT void read_reset(const Bytes& table, Tables& tables) {
    constexpr uint32_t reset_supported = 1 << 10;
    constexpr uint16_t has_8042 = 1 << 1;
    if (table.size() < 129)
        return;
    tables.reset.keyboard_controller = (table.le16(109) & has_8042) != 0 || table.u8(8) < 2;
    if ((table.le32(112) & reset_supported) == 0)
        return;
    tables.reset.present = true;
    tables.reset.address = {static_cast<GenericAddress::Space>(table.u8(116)), table.le64(120)};
    tables.reset.value = table.u8(128);
}

// The fixed description table, ACPI 6.5 section 5.2.9.
KERNEL_BOOT const char* read_fadt(const Memory& memory, const Bytes& table, Tables& tables) {
    constexpr uint32_t timer_extended = 1 << 8;
    if (table.size() < 116)
        return "ACPI: the FADT is too short";
    tables.timer_port = fadt_port(table, 76, 208);
    tables.timer_is_32_bit = (table.le32(112) & timer_extended) != 0;
    read_reset(table, tables);

    uint64_t description = table.le32(40);
    if (table.size() >= 148 && table.le64(140) != 0)
        description = table.le64(140);
    const Bytes dsdt = table_at(memory, description);
    if (dsdt.empty())
        return "ACPI: the DSDT's length or checksum is wrong";
    const SleepType type = find_soft_off(dsdt.part(36, dsdt.size() - 36));
    const uint32_t command = table.le32(48);
    if (type.found) {
        tables.soft_off = {
            .control_a = fadt_port(table, 64, 172),
            .control_b = fadt_port(table, 68, 184),
            .type_a = type.a,
            .type_b = type.b,
            .command_port = command < 0x10000 ? static_cast<uint16_t>(command) : uint16_t{0},
            .enable_command = table.u8(52),
        };
    }
    return nullptr;
}

KERNEL_BOOT const char* read_table(const Memory& memory, uint64_t address, Tables& tables) {
    const Bytes header = memory.at(address, 36);
    if (header.empty())
        return "ACPI: a table lies outside the first 4 GiB";
    const bool madt = starts_with(header, "APIC");
    const bool fadt = starts_with(header, "FACP");
    const bool hpet = starts_with(header, "HPET");
    if (!madt && !fadt && !hpet)
        return nullptr;
    const Bytes table = table_at(memory, address);
    if (table.empty())
        return madt   ? "ACPI: the MADT's length or checksum is wrong"
               : fadt ? "ACPI: the FADT's length or checksum is wrong"
                      : "ACPI: the HPET table's length or checksum is wrong";
    if (madt)
        return read_madt(table, tables);
    if (fadt)
        return read_fadt(memory, table, tables);
    if (table.size() >= 52 && table.u8(40) == 0)
        tables.hpet = table.le64(44);
    return nullptr;
}

KERNEL_BOOT bool is_root(const Bytes& candidate) {
    return !candidate.empty() && starts_with(candidate, "RSD PTR ") && sums_to_zero(candidate);
}

} // namespace

KERNEL_BOOT uint64_t find_root(const Memory& memory) {
    const uint64_t extended = uint64_t{memory.at(0x40e, 2).le16(0)} << 4; // 0 where unreadable
    const uint64_t ranges[][2] = {{extended, extended + 1024}, {0xe0000, 0x100000}};
    for (const auto& range : ranges) {
        if (range[0] < 0x400)
            continue;
        for (uint64_t address = range[0]; address < range[1]; address += 16) {
            if (is_root(memory.at(address, 20)))
                return address;
        }
    }
    return 0;
}

KERNEL_BOOT const char* parse(const Memory& memory, uint64_t root, Tables& tables) {
    const Bytes pointer = memory.at(root, 20);
    if (!is_root(pointer))
        return "ACPI: no valid root pointer (RSDP)";
    tables.root = root;
    const Bytes extended = memory.at(root, 36);
    const bool wide = pointer.u8(15) >= 2 && !extended.empty() && sums_to_zero(extended) &&
                      extended.le64(24) != 0;
    const uint64_t list_address = wide ? extended.le64(24) : pointer.le32(16);
    const Bytes list = table_at(memory, list_address);
    if (list.empty() || !starts_with(list, wide ? "XSDT" : "RSDT"))
        return wide ? "ACPI: the XSDT's signature, length or checksum is wrong"
                    : "ACPI: the RSDT's signature, length or checksum is wrong";
    const size_t width = wide ? 8 : 4;
    const size_t count = (list.size() - 36) / width;
    if (count > max_entries)
        return "ACPI: too many tables";
    for (size_t index = 0; index < count; ++index) {
        const size_t offset = 36 + index * width;
        const char* wrong =
            read_table(memory, wide ? list.le64(offset) : uint64_t{list.le32(offset)}, tables);
        if (wrong != nullptr)
            return wrong;
    }
    if (tables.local_apic == 0 || tables.io_apic_count == 0)
        return "ACPI: no MADT with a local and an I/O APIC";
    return nullptr;
}

} // namespace platform::acpi
