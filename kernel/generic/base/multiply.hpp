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

/// factor / divisor, to multiply by: both are looked at once for many values. divisor < 2^63.
class Ratio {
public:
    constexpr Ratio(uint64_t factor, uint64_t divisor) : divisor_(divisor) {
        for (unsigned bit = used_bits(factor); bit-- > 0;) {
            quotient_ <<= 1;
            remainder_ = (remainder_ << 1) | ((factor >> bit) & 1);
            if (remainder_ >= divisor) {
                remainder_ -= divisor;
                ++quotient_;
            }
        }
    }

    /// value * factor / divisor, rounded down, with a 128-bit intermediate; saturates. Slow: one
    /// step per bit of the value (Horner: quotient and remainder of its prefixes' products).
    [[nodiscard]] constexpr uint64_t of(uint64_t value) const {
        uint64_t quotient = 0;
        uint64_t remainder = 0;
        for (unsigned bit = used_bits(value); bit-- > 0;) {
            if ((quotient >> 62) != 0)
                return ~uint64_t{0};
            quotient <<= 1;
            remainder <<= 1;
            if (remainder >= divisor_) {
                remainder -= divisor_;
                ++quotient;
            }
            if (((value >> bit) & 1) != 0) {
                quotient += quotient_;
                remainder += remainder_;
                if (remainder >= divisor_) {
                    remainder -= divisor_;
                    ++quotient;
                }
            }
        }
        return quotient;
    }

private:
    uint64_t divisor_;
    uint64_t quotient_ = 0;
    uint64_t remainder_ = 0;
};

constexpr uint64_t scale(uint64_t value, uint64_t factor, uint64_t divisor) {
    return Ratio(factor, divisor).of(value);
}

static_assert(scale(10'000, 62'500'000, 1'000'000) == 625'000);
static_assert(scale(3'600'000'000, 1'000'000'000, 1'000'000) == 3'600'000'000'000);
static_assert(scale(7, 10, 3) == 23);

} // namespace kernel
