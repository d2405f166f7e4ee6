// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <machine.hpp>

namespace arch::gic {

inline unsigned acknowledge() { return device::machine->acknowledge(); }
inline void end(unsigned number) { device::machine->end(number); }
inline bool enable() { return device::machine->enable(); }

} // namespace arch::gic
