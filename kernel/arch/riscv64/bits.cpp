// SPDX-License-Identifier: BSD-2-Clause
// What compilers call to count zeros on cores without Zbb; libgcc is built for another ABI.
#include <stdint.h>

extern "C" {
int __clzdi2(uint64_t value);
int __ctzdi2(uint64_t value);
}

namespace {

/// The product's top six bits differ for each of the 64 values 2^n - 1.
constexpr uint64_t multiplier = 0x03f79d71b4cb0a89;

constexpr unsigned hash(uint64_t ones) { return static_cast<unsigned>((ones * multiplier) >> 58); }

struct ZeroTable {
    uint8_t zeros[64] = {};
};

constexpr ZeroTable make_table() {
    ZeroTable table;
    for (unsigned bit = 0; bit < 64; ++bit)
        table.zeros[hash(~uint64_t{0} >> (63 - bit))] = static_cast<uint8_t>(63 - bit);
    return table;
}

constexpr ZeroTable table = make_table();

constexpr bool is_complete() {
    for (unsigned bit = 0; bit < 64; ++bit)
        if (table.zeros[hash(~uint64_t{0} >> (63 - bit))] != 63 - bit)
            return false;
    return true;
}
static_assert(is_complete());

} // namespace

extern "C" {

/// Undefined for 0, as everywhere.
[[gnu::used]] int __clzdi2(uint64_t value) {
    value |= value >> 1;
    value |= value >> 2;
    value |= value >> 4;
    value |= value >> 8;
    value |= value >> 16;
    value |= value >> 32;
    return table.zeros[hash(value)];
}

[[gnu::used]] int __ctzdi2(uint64_t value) { return 63 - __clzdi2(value & (0 - value)); }

} // extern "C"
