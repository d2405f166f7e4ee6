// SPDX-License-Identifier: BSD-2-Clause
// Device registers are those of the simulated machine.
#pragma once

#include <machine.hpp>

#include <concepts>

namespace cobnut::reg {

class Volatile {
public:
    constexpr Volatile() = default;
    constexpr explicit Volatile(uintptr_t base) : base_{base} {}

    template <std::unsigned_integral Raw>
    [[nodiscard]] Raw read(size_t offset) const {
        return static_cast<Raw>(device::machine->read(base_ + offset, sizeof(Raw)));
    }

    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) const {
        device::machine->write(base_ + offset, sizeof(Raw), value);
    }

private:
    uintptr_t base_ = 0;
};

} // namespace cobnut::reg
