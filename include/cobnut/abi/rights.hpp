// SPDX-License-Identifier: BSD-2-Clause
// The rights of a capability.
#pragma once

#include <cobnut/abi/table.hpp>

#include <stdint.h>

namespace cobnut {

/// A set of rights. Frames use write and read, the other objects as each method says.
struct Rights {
    uint8_t bits = 0;

    static constexpr uint8_t write_bit = 1;
    static constexpr uint8_t read_bit = 2;
    static constexpr uint8_t grant_bit = 4;
    static constexpr uint8_t grant_reply_bit = 8;

    static constexpr Rights all() { return {15}; }
    static constexpr Rights write_only() { return {write_bit}; }
    static constexpr Rights read_only() { return {read_bit}; }
    static constexpr Rights read_write() { return {write_bit | read_bit}; }
    static constexpr Rights call() { return {write_bit | grant_reply_bit}; }

    constexpr bool write() const { return (bits & write_bit) != 0; }
    constexpr bool read() const { return (bits & read_bit) != 0; }
    constexpr bool grant() const { return (bits & grant_bit) != 0; }
    constexpr bool grant_reply() const { return (bits & grant_reply_bit) != 0; }
    constexpr Rights operator&(Rights other) const {
        return {static_cast<uint8_t>(bits & other.bits)};
    }
    constexpr bool operator==(const Rights&) const = default;
};

inline constexpr Named right_bits[] = {
    COBNUT_NAMED(Rights, write_bit, "Send, signal; store."),
    COBNUT_NAMED(Rights, read_bit, "Receive, wait; load."),
    COBNUT_NAMED(Rights, grant_bit, "Send capabilities."),
    COBNUT_NAMED(Rights, grant_reply_bit, "Call: lend a Reply for the answer only."),
};

} // namespace cobnut
