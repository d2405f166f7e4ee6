// SPDX-License-Identifier: BSD-2-Clause
// What an SError says of itself (Arm ARM D19.2.37, ISS of an SError interrupt; RAS, A2.3). Pure.
#pragma once

#include <stdint.h>

namespace arch {

enum class ErrorReach : uint8_t {
    corrected,   ///< Nothing happened.
    contained,   ///< The thread that ran may not go on as if nothing had been.
    uncontained, ///< State of the machine is lost, nobody knows which.
};

/// Without the RAS extension's syndrome it is taken as the thread's own: a store to a device that
/// answered with an error comes this way, and no driver may stop the kernel by it.
constexpr ErrorReach reach_of_system_error(uint64_t syndrome) {
    const bool own_format = (syndrome >> 24 & 1) != 0; // IDS
    const uint64_t status = syndrome & 0x3f;           // DFSC
    const uint64_t type = syndrome >> 10 & 7;          // AET
    if (own_format || status != 0x11)
        return ErrorReach::contained;
    switch (type) {
    case 0: // uncontainable
        return ErrorReach::uncontained;
    case 1: // unrecoverable state
    case 2: // restartable state
    case 3: // recoverable state
        return ErrorReach::contained;
    case 6:
        return ErrorReach::corrected;
    default: // reserved
        return ErrorReach::uncontained;
    }
}

/// Of an instruction or data abort: an error on the way to memory or in it (D19.2.37, DFSC and IFSC
/// 0b01xxxx: external, parity and ECC, those of a table walk too).
constexpr bool is_external_abort(uint64_t syndrome) {
    return (syndrome >> 4 & 3) == 1;
}
/// Of such an abort: the state of the machine is lost (SET 0b10, which only DFSC and IFSC 0x10 have).
constexpr bool is_uncontained_abort(uint64_t syndrome) {
    return (syndrome & 0x183f) == 0x1010;
}

/// Of an exception in the kernel: an SError, or an abort on the way to memory.
constexpr bool is_hardware_error(uint64_t syndrome) {
    const uint64_t kind = syndrome >> 26;
    return kind == 0x2f || ((kind == 0x21 || kind == 0x25) && is_external_abort(syndrome));
}

} // namespace arch
