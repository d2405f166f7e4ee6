// SPDX-License-Identifier: BSD-2-Clause
// Contract: the kernel's own console and the ways to end the machine.
#pragma once

#include <arch/console.hpp>
#include <arch/power.hpp>

#include <concepts>

namespace contract {

// console_put(char): polled, bounded; '\n' becomes "\r\n". Does nothing before the console is
//   known or where the machine has none.
static_assert(requires(char c) { arch::console_put(c); });
// int console_get(): what has been typed next, -1: nothing. Only of the debug kernel, which takes
//   what it finds. bool console_listens(): whether anything can come.
static_assert(std::same_as<decltype(arch::console_get()), int>);
static_assert(std::same_as<decltype(arch::console_listens()), bool>);
// bool power_off(), bool reset(): do not return when they work; false: the machine cannot.
static_assert(std::same_as<decltype(arch::power_off()), bool>);
static_assert(std::same_as<decltype(arch::reset()), bool>);
// bool suspend(): the core sleeps, as deep as the firmware lets it and keeps its state, until an
//   interrupt is pending. false: the machine cannot.
static_assert(std::same_as<decltype(arch::suspend()), bool>);
// io ports: bool io_read(port, bytes, Word& value), bool io_write(port, bytes, value); false where
//   the ISA has no ports. has_io_ports: constant.
static_assert(std::convertible_to<decltype(arch::has_io_ports), bool>);

} // namespace contract
