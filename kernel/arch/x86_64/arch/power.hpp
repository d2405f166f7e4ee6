// SPDX-License-Identifier: BSD-2-Clause
// Power-off and reset by ACPI's tables, and I/O ports for the IoPort object.
#pragma once

#include <generic/base/types.hpp>

namespace arch {

[[nodiscard]] bool power_off();
[[nodiscard]] bool reset();
[[nodiscard]] inline bool suspend() { return false; }

constexpr bool has_io_ports = true;

// bytes: 1, 2 or 4; false for others and beyond port 0xffff.
[[nodiscard]] bool io_read(kernel::Word port, kernel::Word bytes, kernel::Word& value);
[[nodiscard]] bool io_write(kernel::Word port, kernel::Word bytes, kernel::Word value);

} // namespace arch
