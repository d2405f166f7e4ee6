// SPDX-License-Identifier: BSD-2-Clause
// What the fuzz targets share.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// A finding: libFuzzer keeps the input.
#define FUZZ_REQUIRE(condition)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (false)

namespace fuzz {

/// Whether [begin, begin + size) lies in the input; nothing lies anywhere.
inline bool inside(const void* begin, size_t size, const uint8_t* data, size_t length) {
    if (size == 0)
        return true;
    const auto first = reinterpret_cast<uintptr_t>(begin), start = reinterpret_cast<uintptr_t>(data);
    return first >= start && first - start <= length && size <= length - (first - start);
}

/// What was read is used, so that no read is left out.
template <class T>
inline void use(const T& value) {
    asm volatile("" ::"r"(&value) : "memory");
}

} // namespace fuzz
