// SPDX-License-Identifier: BSD-2-Clause
// What compilers call to count zeros on cores without Zbb; libgcc is built for another ABI.
#include <stdint.h>

extern "C" {

int __clzdi2(uint64_t value);
int __ctzdi2(uint64_t value);

// The condition is a number without a branch in each step.
[[gnu::used]] int __clzdi2(uint64_t value) {
    unsigned zeros = 64;
    for (unsigned step = 32; step != 0; step /= 2) {
        const uint64_t upper = value >> step;
        const unsigned use = upper != 0 ? step : 0;
        value >>= use;
        zeros -= use;
    }
    return static_cast<int>(zeros - static_cast<unsigned>(value));
}

[[gnu::used]] int __ctzdi2(uint64_t value) {
    return 63 - __clzdi2(value & (0 - value));
}

} // extern "C"
