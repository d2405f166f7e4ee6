// SPDX-License-Identifier: BSD-2-Clause
// How a program or the kernel reaches device registers. The drivers' host tests have a header of this
// name that reaches simulated devices.
#pragma once

#include <concepts>
#include <stddef.h>
#include <stdint.h>

namespace cobnut::reg {

// Plain loads and stores to device memory; one access of exactly the register's width each.
// Ordering against other memory is the driver's affair (the arch's barriers).
class Volatile {
public:
    constexpr Volatile() = default;
    constexpr explicit Volatile(uintptr_t base) : base_{base} {}

    template <std::unsigned_integral Raw>
    [[nodiscard]] Raw read(size_t offset) const {
        return *reinterpret_cast<const volatile Raw*>(base_ + offset);
    }

    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) const {
        *reinterpret_cast<volatile Raw*>(base_ + offset) = value;
    }

private:
    uintptr_t base_ = 0;
};

} // namespace cobnut::reg
