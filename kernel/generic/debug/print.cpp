// SPDX-License-Identifier: BSD-2-Clause
// Printing on the kernel's console, and the end of the kernel.
#include <generic/base/panic.hpp>
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/debugger.hpp>
#include <generic/debug/print.hpp>

namespace kernel {

void print_one(const char* text) {
    for (; *text != 0; ++text)
        arch::console_put(*text);
}

void print_one(Hex number) {
    unsigned shift = 60;
    while (shift > 0 && (number.value >> shift) == 0)
        shift -= 4;
    print_one("0x");
    for (;; shift -= 4) {
        arch::console_put("0123456789abcdef"[(number.value >> shift) & 15]);
        if (shift == 0)
            return;
    }
}

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

void fatal(const char* text) {
    print("cobnut: fatal: ", text, "\n");
    debug::offer();
    (void)arch::power_off();
    arch::stop();
}

void fatal(const char* text, Word first, Word second, Word third) {
    print("cobnut: fatal: ", text, " ", Hex{first}, " ", Hex{second}, " ", Hex{third}, "\n");
    debug::offer();
    (void)arch::power_off();
    arch::stop();
}

} // namespace kernel
