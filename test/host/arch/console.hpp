// SPDX-License-Identifier: BSD-2-Clause
// The console of the simulated machine: a string.
#pragma once

#include <arch/host.hpp>

namespace arch {

inline void console_put(char character) { host::machine.console += character; }

inline int console_get() {
    if (host::machine.typed.empty())
        return -1;
    const char character = host::machine.typed.front();
    host::machine.typed.erase(0, 1);
    return static_cast<unsigned char>(character);
}
inline bool console_listens() { return !host::machine.typed.empty(); }

} // namespace arch
