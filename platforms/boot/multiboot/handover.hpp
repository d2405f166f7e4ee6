// SPDX-License-Identifier: BSD-2-Clause
// What a PVH or multiboot (1 or 2) loader hands over: memory map, boot archive, ACPI root.
#pragma once

#include <platforms/boot/bytes.hpp>

#include <stddef.h>
#include <stdint.h>

namespace platform::multiboot {

constexpr uint32_t pvh_magic = 0x336ec578;
constexpr uint32_t multiboot_magic = 0x2badb002;
constexpr uint32_t multiboot2_magic = 0x36d76289;

struct Range {
    uint64_t start;
    uint64_t end;

    [[nodiscard]] constexpr uint64_t size() const { return end - start; }
    [[nodiscard]] constexpr bool overlaps(const Range& other) const {
        return start < other.end && other.start < end;
    }
};

struct Reserved {
    Range range;
    bool never_used; ///< ACPI NVS or bad memory, not a device.
};

struct Handover {
    enum class Loader : uint8_t { pvh, multiboot, multiboot2 };
    static constexpr unsigned max_ranges = 64;

    Loader loader = Loader::multiboot;
    uint64_t acpi_root = 0; // 0: to be searched for
    Range archive = {0, 0};
    Range usable[max_ranges] = {};
    unsigned usable_count = 0;
    Reserved reserved[max_ranges] = {};
    unsigned reserved_count = 0;
};

// Null when well, else what is wrong, as one line for the console.
const char* read(const Memory& memory, uint32_t magic, uint64_t information, Handover& handover);

} // namespace platform::multiboot
