// SPDX-License-Identifier: BSD-2-Clause
// Decimal numbers on the kernel's console.
#include <generic/contract/console.hpp>
#include <generic/debug/print.hpp>

namespace kernel {

void print_one(Decimal number) {
    // Division by subtraction of powers of ten: 32-bit ISAs have no 64-bit division.
    static constexpr uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
                                          100000000, 1000000000, 10000000000, 100000000000};
    bool printed = false;
    for (unsigned i = sizeof(powers) / sizeof(powers[0]); i-- > 0;) {
        unsigned digit = 0;
        while (number.value >= powers[i] && digit < 9) {
            number.value -= powers[i];
            ++digit;
        }
        printed = printed || digit != 0 || i == 0;
        if (printed)
            arch::console_put(static_cast<char>('0' + digit));
    }
}

} // namespace kernel
