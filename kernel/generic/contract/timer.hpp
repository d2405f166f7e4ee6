// SPDX-License-Identifier: BSD-2-Clause
// Contract: the clock and the core's one timer.
#pragma once

#include <arch/timer.hpp>

#include <generic/base/types.hpp>

#include <concepts>

namespace contract {

// Ticks now(): monotonic, the same on all cores; one or two instructions.
static_assert(std::same_as<decltype(arch::now()), kernel::Ticks>);
// Ticks ticks_per_second(): known after boot.
static_assert(std::same_as<decltype(arch::ticks_per_second()), kernel::Ticks>);
// void set_deadline(Ticks): an interrupt when now() >= deadline; replaces the last one. A deadline
//   in the past interrupts at once. no_deadline: never. Also ends a pending timer interrupt whose
//   deadline is replaced.
static_assert(requires(kernel::Ticks t) { arch::set_deadline(t); });

} // namespace contract

namespace kernel {
inline constexpr Ticks no_deadline = ~Ticks{0};
}
