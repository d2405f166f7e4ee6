// SPDX-License-Identifier: BSD-2-Clause
// The console of the simulated machine: a string.
#pragma once

#include <arch/host.hpp>

namespace arch {

inline void console_put(char character) { host::machine.console += character; }

} // namespace arch
