// SPDX-License-Identifier: BSD-2-Clause
// The simulated machine cannot be switched off and has no I/O ports.
#pragma once

#include <generic/base/types.hpp>

namespace arch {

inline bool power_off() { return false; }
inline bool reset() { return false; }
inline bool suspend() { return false; }

inline constexpr bool has_io_ports = false;
inline bool io_read(kernel::Word, kernel::Word, kernel::Word&) { return false; }
inline bool io_write(kernel::Word, kernel::Word, kernel::Word) { return false; }

} // namespace arch
