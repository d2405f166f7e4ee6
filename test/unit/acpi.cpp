// SPDX-License-Identifier: BSD-2-Clause
// ACPI's tables, PVH's and multiboot's hand-over: right ones, and each byte and length spoilt.
#include <platforms/boot/acpi/acpi.hpp>
#include <platforms/boot/acpi/soft_off.hpp>
#include <platforms/boot/multiboot/handover.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace platform;

// 64 KiB of physical memory; what reads beyond its vector is a sanitizer's finding.
struct Machine {
    std::vector<uint8_t> bytes = std::vector<uint8_t>(0x10000);

    Memory memory() const { return {reinterpret_cast<uintptr_t>(bytes.data()), bytes.size()}; }
    void put(size_t at, uint64_t value, unsigned width) {
        for (unsigned index = 0; index < width; ++index)
            bytes[at + index] = static_cast<uint8_t>(value >> 8 * index);
    }
    void text(size_t at, const char* what) { std::memcpy(&bytes[at], what, std::strlen(what)); }
    void seal(size_t at, size_t length, size_t checksum) {
        bytes[at + checksum] = 0;
        uint8_t sum = 0;
        for (size_t index = 0; index < length; ++index)
            sum = static_cast<uint8_t>(sum + bytes[at + index]);
        bytes[at + checksum] = static_cast<uint8_t>(-sum);
    }
    void table(size_t at, const char* signature, uint32_t length) {
        text(at, signature);
        put(at + 4, length, 4);
        seal(at, length, 9);
    }
};

constexpr size_t root = 0x1000, rsdt = 0x1100, madt = 0x1200, fadt = 0x1400, dsdt = 0x1600;

Machine pc() {
    Machine m;
    m.text(root, "RSD PTR ");
    m.put(root + 16, rsdt, 4);
    m.seal(root, 20, 8);
    m.put(rsdt + 36, fadt, 4);
    m.put(rsdt + 40, madt, 4);
    m.table(rsdt, "RSDT", 44);

    m.put(madt + 36, 0xfee00000, 4);
    const uint8_t entries[] = {
        0, 8,  0, 0, 1, 0, 0,    0,                   // CPU with APIC id 0
        0, 8,  1, 1, 1, 0, 0,    0,                   // and 1
        0, 8,  2, 2, 0, 0, 0,    0,                   // one that is not there
        1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0,    0, 0, 0, // I/O APIC
        2, 10, 0, 9, 9, 0, 0,    0,    0x0f, 0,       // ISA 9: level, active low
        2, 10, 0, 0, 2, 0, 0,    0,    0,    0,       // ISA 0 on line 2
    };
    std::memcpy(&m.bytes[madt + 44], entries, sizeof entries);
    m.table(madt, "APIC", 44 + sizeof entries);

    m.put(fadt + 40, dsdt, 4);
    m.put(fadt + 48, 0xb2, 4);
    m.bytes[fadt + 52] = 2;
    m.put(fadt + 64, 0x604, 4);
    m.put(fadt + 76, 0x608, 4);
    m.put(fadt + 112, 1 << 10 | 1 << 8, 4);
    m.bytes[fadt + 116] = 1;
    m.put(fadt + 120, 0xcf9, 8);
    m.bytes[fadt + 128] = 0x0f;
    m.bytes[fadt + 8] = 3;
    m.table(fadt, "FACP", 132);

    const uint8_t code[] = {0x10, 0x20, 0x08, '_',  'S',  '5',  '_', 0x12,
                            0x07, 0x04, 0x0a, 0x05, 0x01, 0x00, 0x00};
    std::memcpy(&m.bytes[dsdt + 36], code, sizeof code);
    m.table(dsdt, "DSDT", 36 + sizeof code);
    return m;
}

const char* parse(const Machine& m, acpi::Tables& tables) {
    return acpi::parse(m.memory(), root, tables);
}

} // namespace

TEST_CASE("ACPI: a PC's tables are read", "[acpi]") {
    const Machine m = pc();
    acpi::Tables tables;
    REQUIRE(parse(m, tables) == nullptr);
    CHECK(tables.cpu_count == 2);
    CHECK(tables.cpus[1] == 1);
    CHECK(tables.local_apic == 0xfee00000);
    REQUIRE(tables.io_apic_count == 1);
    CHECK(tables.io_apics[0].address == 0xfec00000);
    REQUIRE(tables.override_count == 2);
    CHECK((tables.overrides[0].active_low && tables.overrides[0].level));
    CHECK((tables.overrides[1].isa == 0 && tables.overrides[1].interrupt == 2 &&
           !tables.overrides[1].level));
    CHECK(tables.timer_port == 0x608);
    CHECK(tables.timer_is_32_bit);
    CHECK(tables.soft_off.control_a == 0x604);
    CHECK((tables.soft_off.type_a == 5 && tables.soft_off.type_b == 1));
    CHECK(tables.soft_off.command_port == 0xb2);
    CHECK((tables.reset.present && tables.reset.address.address == 0xcf9 &&
           tables.reset.value == 0x0f));
}

TEST_CASE("ACPI: the root is searched where the BIOS may put it", "[acpi]") {
    Machine m;
    m.bytes.resize(0x100000);
    CHECK(acpi::find_root(m.memory()) == 0);
    m.text(0xf5230, "RSD PTR ");
    m.seal(0xf5230, 20, 8);
    CHECK(acpi::find_root(m.memory()) == 0xf5230);
    m.bytes[0xf5230 + 8]++;
    CHECK(acpi::find_root(m.memory()) == 0);
}

TEST_CASE("ACPI: every single spoilt byte is survived, and in a table found", "[acpi]") {
    const Machine good = pc();
    for (size_t at = root; at < dsdt + 0x100; ++at) {
        for (const uint8_t value : std::vector<uint8_t>{0x00, 0x01, 0x7f, 0xff}) {
            Machine bad = good;
            bad.bytes[at] = value;
            acpi::Tables tables;
            const char* wrong = parse(bad, tables);
            if (at >= fadt + 8 && at < fadt + 132 && value != good.bytes[at])
                CHECK(wrong != nullptr);
        }
    }
}

TEST_CASE("ACPI: spoilt tables whose checksum is right", "[acpi]") {
    for (size_t at = madt + 36; at < madt + 100; ++at) {
        for (unsigned value = 0; value < 256; value += 5) {
            Machine bad = pc();
            bad.bytes[at] = static_cast<uint8_t>(value);
            bad.seal(madt, bad.bytes[madt + 4], 9);
            acpi::Tables tables;
            (void)parse(bad, tables);
        }
    }
    Machine bad = pc();
    bad.bytes[madt + 45] = 0;
    bad.seal(madt, bad.bytes[madt + 4], 9);
    acpi::Tables tables;
    CHECK(std::string(parse(bad, tables)) == "ACPI: an entry of the MADT is longer than the table");
}

TEST_CASE("ACPI: the soft-off package is found only whole", "[acpi]") {
    std::vector<char> code = {0x08, '\\', '_', 'S', '5', '_', 0x12, 0x06, 0x02, 0x00, 0x0a, 0x07};
    CHECK(acpi::find_soft_off({code.data(), code.size()}).b == 7);
    for (size_t length = 0; length < code.size(); ++length) {
        const std::vector<char> part(code.begin(), code.begin() + static_cast<ptrdiff_t>(length));
        CHECK_FALSE(acpi::find_soft_off({part.data(), part.size()}).found);
    }
    code[0] = 0x10;
    CHECK_FALSE(acpi::find_soft_off({code.data(), code.size()}).found);
}

TEST_CASE("multiboot: memory map and first module", "[multiboot]") {
    Machine m;
    m.put(0x500, 1 << 3 | 1 << 6, 4);
    m.put(0x500 + 20, 1, 4);
    m.put(0x500 + 24, 0x700, 4);
    m.put(0x500 + 44, 48, 4);
    m.put(0x500 + 48, 0x600, 4);
    m.put(0x600, 20, 4);
    m.put(0x604, 0x100000, 8);
    m.put(0x60c, 0x4000000, 8);
    m.put(0x614, 1, 4);
    m.put(0x618, 20, 4);
    m.put(0x61c, 0xf0000000, 8);
    m.put(0x624, 0x1000, 8);
    m.put(0x62c, 4, 4);
    m.put(0x700, 0x300000, 4);
    m.put(0x704, 0x301000, 4);
    const auto read = [&m](multiboot::Handover& result) {
        return multiboot::read(m.memory(), multiboot::multiboot_magic, 0x500, result);
    };
    multiboot::Handover good;
    REQUIRE(read(good) == nullptr);
    CHECK((good.usable_count == 1 && good.usable[0].start == 0x100000 &&
           good.usable[0].end == 0x4100000));
    CHECK((good.reserved_count == 1 && good.reserved[0].never_used));
    CHECK((good.archive.start == 0x300000 && good.archive.size() == 0x1000));

    for (const size_t field : {0x500 + 44, 0x500 + 48, 0x500 + 24, 0x600, 0x618, 0x700}) {
        const Machine before = m;
        m.put(field, 0xffffffff, 4);
        multiboot::Handover result;
        CHECK(read(result) != nullptr);
        m = before;
    }
    multiboot::Handover result;
    CHECK(multiboot::read(m.memory(), 0x1234, 0x500, result) != nullptr);

    m.put(0x61c, ~uint64_t{0}, 8); // what is left of it below the end of all addresses is empty
    multiboot::Handover clamped;
    REQUIRE(read(clamped) == nullptr);
    CHECK((clamped.usable_count == 1 && clamped.reserved_count == 0));
}

TEST_CASE("multiboot2: memory map, first module, and a copy of the root pointer that is kept",
          "[multiboot]") {
    Machine m;
    m.put(0x500, 128, 4);
    m.put(0x508, 3, 4); // module
    m.put(0x50c, 19, 4);
    m.put(0x510, 0x300000, 4);
    m.put(0x514, 0x301000, 4);
    m.put(0x520, 6, 4); // memory map
    m.put(0x524, 40, 4);
    m.put(0x528, 24, 4);
    m.put(0x530, 0x100000, 8);
    m.put(0x538, 0x4000000, 8);
    m.put(0x540, 1, 4);
    m.put(0x548, 15, 4); // ACPI 2
    m.put(0x54c, 44, 4);
    m.put(0x578, 0, 4);
    m.put(0x57c, 8, 4);
    const auto read = [&m](multiboot::Handover& result) {
        return multiboot::read(m.memory(), multiboot::multiboot2_magic, 0x500, result);
    };
    multiboot::Handover good;
    REQUIRE(read(good) == nullptr);
    CHECK((good.usable_count == 1 && good.usable[0].start == 0x100000 &&
           good.usable[0].end == 0x4100000));
    CHECK((good.archive.start == 0x300000 && good.archive.size() == 0x1000));
    CHECK(good.acpi_root == 0x550);
    CHECK((good.reserved_count == 1 && good.reserved[0].never_used &&
           good.reserved[0].range.start <= 0x550 && good.reserved[0].range.end >= 0x574));
    // Size of it all, of a tag, of the map's entries; the end that is none; the module's begin.
    for (const size_t field : {0x500, 0x50c, 0x524, 0x528, 0x54c, 0x578, 0x510}) {
        for (const uint64_t value : {uint64_t{0xffffffff}, uint64_t{4}}) {
            const Machine before = m;
            m.put(field, value, 4);
            multiboot::Handover result;
            if (field != 0x510 || value != 4)
                CHECK(read(result) != nullptr);
            m = before;
        }
    }
}

TEST_CASE("PVH: memory map, module and ACPI root", "[multiboot]") {
    Machine m;
    m.put(0x500, multiboot::pvh_magic, 4);
    m.put(0x504, 1, 4);
    m.put(0x50c, 1, 4);
    m.put(0x510, 0x700, 8);
    m.put(0x520, 0xf5230, 8);
    m.put(0x528, 0x600, 8);
    m.put(0x530, 1, 4);
    m.put(0x600, 0x100000, 8);
    m.put(0x608, 0x4000000, 8);
    m.put(0x610, 1, 4);
    m.put(0x700, 0x300000, 8);
    m.put(0x708, 0x2000, 8);
    const auto read = [&m](multiboot::Handover& result) {
        return multiboot::read(m.memory(), multiboot::pvh_magic, 0x500, result);
    };
    multiboot::Handover good;
    REQUIRE(read(good) == nullptr);
    CHECK(good.acpi_root == 0xf5230);
    CHECK(
        (good.usable_count == 1 && good.archive.start == 0x300000 && good.archive.end == 0x302000));
    for (const size_t field : {0x504, 0x528, 0x530, 0x510}) {
        const Machine before = m;
        m.put(field, field == 0x504 ? 0 : 0xffffffff, 4);
        multiboot::Handover result;
        CHECK(read(result) != nullptr);
        m = before;
    }
}
