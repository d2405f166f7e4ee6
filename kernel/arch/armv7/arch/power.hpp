// SPDX-License-Identifier: BSD-2-Clause
// The ends of the machine, by PSCI; no I/O ports on this ISA.
#pragma once

#include <generic/base/types.hpp>

namespace arch {

bool power_off();
bool reset();
bool suspend();

inline constexpr bool has_io_ports = false;

inline bool io_read(unsigned, unsigned, kernel::Word&) { return false; }
inline bool io_write(unsigned, unsigned, kernel::Word) { return false; }

} // namespace arch
