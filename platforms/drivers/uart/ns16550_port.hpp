// SPDX-License-Identifier: BSD-2-Clause
// Boot console on a PC's 16550 (TI PC16550D, SNLS378) behind I/O ports.
#pragma once

#include <platforms/drivers/uart/ns16550.hpp>

#include <arch/instructions.hpp>

namespace platform {

class PortAccess {
public:
    constexpr PortAccess() = default;
    constexpr explicit PortAccess(uint16_t base) : base_{base} {}

    template <std::unsigned_integral Raw>
    requires(sizeof(Raw) == 1) [[nodiscard]] Raw read(size_t offset) const {
        return arch::in8(static_cast<uint16_t>(base_ + offset));
    }

    template <std::unsigned_integral Raw>
    requires(sizeof(Raw) == 1) void write(size_t offset, Raw value) const {
        arch::out8(static_cast<uint16_t>(base_ + offset), value);
    }

private:
    uint16_t base_ = 0;
};

using Ns16550Port = BasicNs16550<PortAccess>;

} // namespace platform
