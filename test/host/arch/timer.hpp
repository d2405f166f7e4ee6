// SPDX-License-Identifier: BSD-2-Clause
// The clock that tests set: one tick is a microsecond.
#pragma once

#include <arch/host.hpp>

namespace arch {

inline kernel::Ticks now() { return host::machine.now; }
inline kernel::Ticks ticks_per_second() { return 1'000'000; }
inline void set_deadline(kernel::Ticks deadline) { host::machine.deadline = deadline; }

} // namespace arch
