// SPDX-License-Identifier: BSD-2-Clause
// Calls into the supervisor's firmware (RISC-V SBI specification 2.0; only what version 0.2 has is
// needed).
#pragma once

#include <stdint.h>

namespace platform::sbi {

struct Return {
    intptr_t error;
    uintptr_t value;
};

// SBI 2.0, chapter 3: extension in a7, function in a6; a0 and a1 come back, all else is preserved.
inline Return call(uintptr_t extension, uintptr_t function, uintptr_t first = 0,
                   uintptr_t second = 0, uintptr_t third = 0) {
    register uintptr_t a0 asm("a0") = first;
    register uintptr_t a1 asm("a1") = second;
    register uintptr_t a2 asm("a2") = third;
    register uintptr_t a6 asm("a6") = function;
    register uintptr_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return {static_cast<intptr_t>(a0), a1};
}

inline constexpr uintptr_t extension_base = 0x10;
inline constexpr uintptr_t extension_timer = 0x54494d45;
inline constexpr uintptr_t extension_reset = 0x53525354;
inline constexpr uintptr_t extension_console = 0x4442434e;
inline constexpr uintptr_t legacy_set_timer = 0;
inline constexpr uintptr_t legacy_putchar = 1;
inline constexpr uintptr_t legacy_shutdown = 8;

inline bool has(uintptr_t extension) {
    const Return answer = call(extension_base, 3, extension);
    return answer.error == 0 && answer.value != 0;
}

// Firmware of before version 0.3 has no debug console; the legacy call is there instead.
inline void put(char byte) {
    const auto raw = static_cast<uintptr_t>(static_cast<unsigned char>(byte));
    if (call(extension_console, 2, raw).error != 0)
        call(legacy_putchar, 0, raw);
}

inline void put(const char* text) {
    for (; *text != 0; ++text)
        put(*text);
}

inline void set_timer(uint64_t deadline) { call(extension_timer, 0, deadline); }

} // namespace platform::sbi
