// SPDX-License-Identifier: BSD-2-Clause
// Attributes of a user mapping, the same for every page-table format.
#pragma once

#include <cobnut/abi/object.hpp>

#include <stdint.h>

namespace kernel::mm {

enum class EntryKind : uint8_t { invalid, table, leaf };

/// Every mapping can be read; user level only, never executable by the kernel. One byte, which travels
/// in a register: write in bit 0, execute in bit 1, the type in bits 2 and 3.
class PageAttributes {
public:
    constexpr PageAttributes() = default;
    constexpr PageAttributes(bool write, bool execute,
                             cobnut::MemoryType type = cobnut::MemoryType::normal)
        : bits_(static_cast<uint8_t>(static_cast<unsigned>(write) | static_cast<unsigned>(execute) << 1 |
                                     static_cast<unsigned>(type) << 2)) {}

    [[nodiscard]] constexpr bool write() const { return (bits_ & 1) != 0; }
    [[nodiscard]] constexpr bool execute() const { return (bits_ >> 1 & 1) != 0; }
    [[nodiscard]] constexpr cobnut::MemoryType type() const {
        return static_cast<cobnut::MemoryType>(bits_ >> 2);
    }
    constexpr bool operator==(const PageAttributes&) const = default;

private:
    uint8_t bits_ = 0;
};

} // namespace kernel::mm
