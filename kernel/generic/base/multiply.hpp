// SPDX-License-Identifier: BSD-2-Clause
// 64-bit arithmetic that must not overflow, without library calls on 32-bit ISAs.
#pragma once

#include <stdint.h>

namespace kernel {

/// How many low bits of `number` there are to look at: a multiple of eight.
constexpr unsigned used_bits(uint64_t number) {
    unsigned bits = 64;
    while (bits > 0 && (number >> (bits - 8)) == 0)
        bits -= 8;
    return bits;
}

/// value * factor / divisor, rounded down, with a 128-bit intermediate; saturates. Slow: one step
/// per bit of value and of factor. divisor < 2^63.
constexpr uint64_t scale(uint64_t value, uint64_t factor, uint64_t divisor) {
    uint64_t quotient = 0;
    uint64_t remainder = 0;
    // Horner over the bits of `value`: (quotient, remainder) of prefix * factor / divisor.
    uint64_t factor_quotient = 0;
    uint64_t factor_remainder = 0;
    for (unsigned bit = used_bits(factor); bit-- > 0;) {
        factor_quotient <<= 1;
        factor_remainder = (factor_remainder << 1) | ((factor >> bit) & 1);
        if (factor_remainder >= divisor) {
            factor_remainder -= divisor;
            ++factor_quotient;
        }
    }
    for (unsigned bit = used_bits(value); bit-- > 0;) {
        if ((quotient >> 62) != 0)
            return ~uint64_t{0};
        quotient <<= 1;
        remainder <<= 1;
        if (remainder >= divisor) {
            remainder -= divisor;
            ++quotient;
        }
        if (((value >> bit) & 1) != 0) {
            quotient += factor_quotient;
            remainder += factor_remainder;
            if (remainder >= divisor) {
                remainder -= divisor;
                ++quotient;
            }
        }
    }
    return quotient;
}

static_assert(scale(10'000, 62'500'000, 1'000'000) == 625'000);
static_assert(scale(3'600'000'000, 1'000'000'000, 1'000'000) == 3'600'000'000'000);
static_assert(scale(7, 10, 3) == 23);

} // namespace kernel
