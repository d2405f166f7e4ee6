// SPDX-License-Identifier: BSD-2-Clause
// ACPI's tables. The first byte says whether checksums are put right first, so that the fuzzer gets
// behind them; the rest is memory, in which the root pointer lies at 16.
#include "fuzz.hpp"

#include <platforms/boot/acpi/acpi.hpp>

#include <string.h>

#include <memory>

namespace {

constexpr size_t root = 16;

[[clang::no_sanitize("coverage")]] void seal(uint8_t* begin, size_t length, size_t checksum) {
    if (length <= checksum)
        return;
    uint8_t sum = 0;
    begin[checksum] = 0;
    for (size_t i = 0; i < length; ++i)
        sum = static_cast<uint8_t>(sum + begin[i]);
    begin[checksum] = static_cast<uint8_t>(-sum);
}

[[clang::no_sanitize("coverage")]] void seal_all(uint8_t* bytes, size_t size) {
    constexpr const char* signatures[] = {"APIC", "FACP", "DSDT", "SSDT", "HPET", "RSDT", "XSDT"};
    for (size_t at = 0; at + 36 <= size; at += 4) {
        if (bytes[at] < 'A' || bytes[at] > 'X')
            continue;
        if (memcmp(bytes + at, "RSD PTR ", 8) == 0) {
            seal(bytes + at, 20, 8);
            seal(bytes + at, 36, 32);
        }
        for (const char* signature : signatures) {
            uint32_t length = 0;
            memcpy(&length, bytes + at + 4, sizeof length);
            if (memcmp(bytes + at, signature, 4) == 0 && length <= size - at)
                seal(bytes + at, length, 9);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace platform;
    if (size < 1)
        return 0;
    const bool sealed = (data[0] & 1) == 0;
    --size;
    const auto bytes = std::make_unique<uint8_t[]>(size);
    memcpy(bytes.get(), data + 1, size);
    if (sealed)
        seal_all(bytes.get(), size);
    const Memory memory{reinterpret_cast<uintptr_t>(bytes.get()), size};
    acpi::Tables tables;
    const char* error = acpi::parse(memory, root, tables);
    FUZZ_REQUIRE(error == nullptr || strlen(error) > 0);
    FUZZ_REQUIRE(tables.cpu_count <= acpi::Tables::max_cpus);
    FUZZ_REQUIRE(tables.io_apic_count <= acpi::Tables::max_io_apics);
    FUZZ_REQUIRE(tables.override_count <= acpi::Tables::max_overrides);
    FUZZ_REQUIRE(tables.soft_off.type_a < 8 && tables.soft_off.type_b < 8);
    fuzz::use(acpi::find_root(memory));
    return 0;
}
