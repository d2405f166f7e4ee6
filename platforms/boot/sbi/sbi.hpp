// SPDX-License-Identifier: BSD-2-Clause
// Calls into the supervisor's firmware (RISC-V SBI specification 2.0; only what version 0.2 has is
// needed).
#pragma once

#include <arch/firmware_call.hpp>

#include <stdint.h>

namespace platform::sbi {

using Return = arch::FirmwareAnswer;

inline Return call(uintptr_t extension, uintptr_t function, uintptr_t first = 0,
                   uintptr_t second = 0, uintptr_t third = 0) {
    return arch::firmware_call(extension, function, first, second, third);
}

inline constexpr uintptr_t extension_base = 0x10;
inline constexpr uintptr_t extension_timer = 0x54494d45;
inline constexpr uintptr_t extension_reset = 0x53525354;
inline constexpr uintptr_t extension_hart_state = 0x48534d;
inline constexpr uintptr_t extension_console = 0x4442434e;
inline constexpr uintptr_t legacy_set_timer = 0;
inline constexpr uintptr_t legacy_putchar = 1;
inline constexpr uintptr_t legacy_getchar = 2;
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

// What has been typed next; -1: nothing. The legacy call works with every firmware that has one of
// both, for it needs no memory that firmware can reach.
inline int get() {
    const Return answer = call(legacy_getchar, 0);
    return static_cast<int>(answer.error);
}

inline void put(const char* text) {
    for (; *text != 0; ++text)
        put(*text);
}

inline void set_timer(uint64_t deadline) { call(extension_timer, 0, deadline); }

} // namespace platform::sbi
