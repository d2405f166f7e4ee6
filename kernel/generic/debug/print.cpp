// SPDX-License-Identifier: BSD-2-Clause
// Printing on the kernel's console, and the end of the kernel.
#include <generic/base/panic.hpp>
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/debugger.hpp>
#include <generic/debug/print.hpp>
#include <generic/debug/report.hpp>

#include <initializer_list>

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

void fatal(const char* text) {
    debug::end_of_reports();
    print("cobnut: fatal: ", text, "\n");
    debug::offer();
    (void)arch::power_off();
    arch::stop();
}

void fatal(const char* text, Word first, Word second, Word third) {
    debug::end_of_reports();
    print("cobnut: fatal: ", text);
    for (const Word number : {first, second, third})
        print(" ", Hex{number});
    print("\n");
    debug::offer();
    (void)arch::power_off();
    arch::stop();
}

} // namespace kernel
