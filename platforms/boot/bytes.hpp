// SPDX-License-Identifier: BSD-2-Clause
// Physical memory that firmware filled, read with every access bounded.
#pragma once

#include <cobnut/format/bytes.hpp>

#include <stddef.h>
#include <stdint.h>

namespace platform {

using cobnut::format::Bytes;

// Physical [0, limit), readable at base. What reaches outside is empty.
struct Memory {
    uintptr_t base = 0;
    uint64_t limit = 0;

    [[nodiscard]] Bytes at(uint64_t address, uint64_t size) const {
        if (address >= limit || size > limit - address)
            return {};
        const uintptr_t place = base + static_cast<uintptr_t>(address);
        return {reinterpret_cast<const void*>(place), static_cast<size_t>(size)};
    }
};

[[nodiscard]] inline bool starts_with(const Bytes& bytes, cobnut::format::Text text) {
    return bytes.text().starts_with(text);
}

[[nodiscard]] inline bool sums_to_zero(const Bytes& bytes) {
    uint8_t sum = 0;
    for (const char byte : bytes)
        sum = static_cast<uint8_t>(sum + static_cast<uint8_t>(byte));
    return sum == 0;
}

} // namespace platform
