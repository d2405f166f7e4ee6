// SPDX-License-Identifier: BSD-2-Clause
// The simulated machine cannot be switched off and has no I/O ports.
#pragma once

#include <arch/host.hpp>

namespace arch {

inline bool power_off() { return ++host::machine.power_offs, false; }
inline bool reset() { return ++host::machine.resets, false; }
inline bool suspend() { return host::machine.can_suspend; }

/// Ports below host::io_ports are there; each keeps what was written.
inline constexpr bool has_io_ports = true;
inline bool io_read(kernel::Word port, kernel::Word bytes, kernel::Word& value) {
    if (port >= host::io_ports)
        return false;
    value = host::machine.port[port] << 8 | bytes;
    return true;
}
inline bool io_write(kernel::Word port, kernel::Word bytes, kernel::Word value) {
    if (port >= host::io_ports)
        return false;
    host::machine.port[port] = value << 8 | bytes;
    return true;
}

} // namespace arch
