// SPDX-License-Identifier: BSD-2-Clause
// Attributes of a user mapping, the same for every page-table format.
#pragma once

#include <cobnut/abi/object.hpp>

#include <stdint.h>

namespace kernel::mm {

enum class EntryKind : uint8_t { invalid, table, leaf };

/// Every mapping can be read; user level only, never executable by the kernel.
struct PageAttributes {
    bool write = false;
    bool execute = false;
    cobnut::MemoryType type = cobnut::MemoryType::normal;

    constexpr bool operator==(const PageAttributes&) const = default;
};

} // namespace kernel::mm
