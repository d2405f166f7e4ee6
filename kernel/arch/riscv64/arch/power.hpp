// SPDX-License-Identifier: BSD-2-Clause
// The ways to end the machine. There are no I/O ports.
#pragma once

#include <generic/base/types.hpp>

namespace arch {

bool power_off();
bool reset();
bool suspend();

constexpr bool has_io_ports = false;
constexpr bool io_read(kernel::Word, kernel::Word, kernel::Word&) { return false; }
constexpr bool io_write(kernel::Word, kernel::Word, kernel::Word) { return false; }

} // namespace arch
