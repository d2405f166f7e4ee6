// SPDX-License-Identifier: BSD-2-Clause
// Formatting of numbers.

#include <lib/text.hpp>

namespace cobnut {

void Line::add(Hex number) {
    add("0x");
    unsigned digits = 1;
    while (digits < 16 && number.value >> (digits * 4) != 0)
        ++digits;
    if (digits < number.digits)
        digits = number.digits;
    for (unsigned digit = digits; digit-- > 0;)
        add("0123456789abcdef"[number.value >> (digit * 4) & 15]);
}

void Line::decimal(uint64_t value, unsigned width) {
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (unsigned column = count; column < width; ++column)
        add(' ');
    while (count > 0)
        add(digits[--count]);
}

} // namespace cobnut
