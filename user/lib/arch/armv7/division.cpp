// SPDX-License-Identifier: BSD-2-Clause
// Helpers that compilers call on ARMv7-A: divisions of 64 bits, memory functions (RTABI, chapter 4).

#include <lib/memory.hpp>

#include <stdint.h>

namespace {

struct Division {
    uint64_t quotient, rest;
};

Division divide(uint64_t dividend, uint64_t divisor) {
    Division result{0, 0};
    for (unsigned bit = 64; bit-- > 0;) {
        result.rest = result.rest << 1 | (dividend >> bit & 1);
        if (result.rest >= divisor) {
            result.rest -= divisor;
            result.quotient |= uint64_t{1} << bit;
        }
    }
    return result;
}

} // namespace

extern "C" {

[[gnu::used]] uint64_t division_of_64(uint64_t dividend, uint64_t divisor, uint64_t* rest) {
    const Division result = divide(dividend, divisor);
    *rest = result.rest;
    return result.quotient;
}

void __aeabi_memcpy(void* target, const void* source, size_t size) { memcpy(target, source, size); }
void __aeabi_memcpy4(void* target, const void* source, size_t size) { memcpy(target, source, size); }
void __aeabi_memcpy8(void* target, const void* source, size_t size) { memcpy(target, source, size); }
void __aeabi_memmove(void* target, const void* source, size_t size) { memmove(target, source, size); }
void __aeabi_memset(void* target, size_t size, int value) { memset(target, value, size); }
void __aeabi_memset4(void* target, size_t size, int value) { memset(target, value, size); }
void __aeabi_memset8(void* target, size_t size, int value) { memset(target, value, size); }
void __aeabi_memclr(void* target, size_t size) { memset(target, 0, size); }
void __aeabi_memclr4(void* target, size_t size) { memset(target, 0, size); }
void __aeabi_memclr8(void* target, size_t size) { memset(target, 0, size); }
}

// Quotient in r0:r1, rest in r2:r3: no C function returns that.
asm(R"(
    .pushsection .text.division, "ax"
    .globl __aeabi_uldivmod
    .type __aeabi_uldivmod, %function
__aeabi_uldivmod:
    push {r4, lr}
    sub sp, sp, #16
    add r4, sp, #8
    str r4, [sp]
    bl division_of_64
    ldr r2, [sp, #8]
    ldr r3, [sp, #12]
    add sp, sp, #16
    pop {r4, pc}
    .popsection
)");
