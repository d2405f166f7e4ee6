// SPDX-License-Identifier: BSD-2-Clause
// What compilers call on ARM for 64-bit division and for memory (Run-time ABI for the Arm Architecture, IHI 0043), for
// kernel and programs: the distribution's libgcc is for hard float and cannot be linked.
#include <stddef.h>
#include <stdint.h>

extern "C" {

uint64_t cobnut_divide(uint64_t dividend, uint64_t divisor, uint64_t* remainder);

/// Bit by bit from the first that can be set. Division by zero gives 0 and the dividend.
[[gnu::used]] uint64_t cobnut_divide(uint64_t dividend, uint64_t divisor, uint64_t* remainder) {
    uint64_t quotient = 0;
    if (((dividend | divisor) >> 32) == 0 && divisor != 0) {
        const uint32_t short_quotient =
            static_cast<uint32_t>(dividend) / static_cast<uint32_t>(divisor);
        *remainder = static_cast<uint32_t>(dividend) -
                     short_quotient * static_cast<uint32_t>(divisor);
        return short_quotient;
    }
    if (divisor != 0 && divisor <= dividend) {
        const auto bit = static_cast<unsigned>(__builtin_clzll(divisor) - __builtin_clzll(dividend));
        divisor <<= bit;
        for (uint64_t mask = uint64_t{1} << bit; mask != 0; mask >>= 1, divisor >>= 1) {
            if (dividend >= divisor) {
                dividend -= divisor;
                quotient |= mask;
            }
        }
    }
    *remainder = dividend;
    return quotient;
}

int64_t cobnut_divide_signed(int64_t dividend, int64_t divisor, int64_t* remainder);

[[gnu::used]] int64_t cobnut_divide_signed(int64_t dividend, int64_t divisor, int64_t* remainder) {
    const auto magnitude = [](int64_t value) {
        const auto bits = static_cast<uint64_t>(value);
        return value < 0 ? 0 - bits : bits;
    };
    uint64_t rest = 0;
    const uint64_t quotient = cobnut_divide(magnitude(dividend), magnitude(divisor), &rest);
    *remainder = static_cast<int64_t>(dividend < 0 ? 0 - rest : rest);
    return static_cast<int64_t>((dividend < 0) != (divisor < 0) ? 0 - quotient : quotient);
}

// Quotient in r0, r1, remainder in r2, r3: no C++ function returns so.
#define COBNUT_DIVMOD(name, worker)                                                                \
    [[gnu::naked]] void name() {                                                                   \
        asm("push {r4, lr}\n\t"                                                                    \
            "sub sp, sp, #16\n\t"                                                                  \
            "add r12, sp, #8\n\t"                                                                  \
            "str r12, [sp]\n\t"                                                                    \
            "bl " #worker "\n\t"                                                                   \
            "ldr r2, [sp, #8]\n\t"                                                                 \
            "ldr r3, [sp, #12]\n\t"                                                                \
            "add sp, sp, #16\n\t"                                                                  \
            "pop {r4, pc}");                                                                       \
    }

void __aeabi_uldivmod();
void __aeabi_ldivmod();
COBNUT_DIVMOD(__aeabi_uldivmod, cobnut_divide)
COBNUT_DIVMOD(__aeabi_ldivmod, cobnut_divide_signed)

int __ctzdi2(uint64_t value);
[[gnu::used]] int __ctzdi2(uint64_t value) {
    const auto low = static_cast<uint32_t>(value);
    return low != 0 ? __builtin_ctz(low) : 32 + __builtin_ctz(static_cast<uint32_t>(value >> 32));
}

// The aligned forms may be the general ones. memset has its last two arguments the other way round.
#define COBNUT_FORWARD(name, worker)                                                               \
    void name();                                                                                   \
    [[gnu::naked]] void name() { asm("b " #worker); }
#define COBNUT_FILL(name, arguments)                                                               \
    void name();                                                                                   \
    [[gnu::naked]] void name() { asm(arguments "b memset"); }

COBNUT_FORWARD(__aeabi_memcpy, memcpy)
COBNUT_FORWARD(__aeabi_memcpy4, memcpy)
COBNUT_FORWARD(__aeabi_memcpy8, memcpy)
COBNUT_FORWARD(__aeabi_memmove, memmove)
COBNUT_FORWARD(__aeabi_memmove4, memmove)
COBNUT_FORWARD(__aeabi_memmove8, memmove)
COBNUT_FILL(__aeabi_memset, "mov r3, r1\n\tmov r1, r2\n\tmov r2, r3\n\t")
COBNUT_FILL(__aeabi_memset4, "mov r3, r1\n\tmov r1, r2\n\tmov r2, r3\n\t")
COBNUT_FILL(__aeabi_memset8, "mov r3, r1\n\tmov r1, r2\n\tmov r2, r3\n\t")
COBNUT_FILL(__aeabi_memclr, "mov r2, r1\n\tmov r1, #0\n\t")
COBNUT_FILL(__aeabi_memclr4, "mov r2, r1\n\tmov r1, #0\n\t")
COBNUT_FILL(__aeabi_memclr8, "mov r2, r1\n\tmov r1, #0\n\t")

} // extern "C"
