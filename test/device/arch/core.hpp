// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <machine.hpp>

namespace arch {

inline uint32_t core_affinity() { return device::machine->core; }
inline void device_barrier() { ++device::machine->barriers; }
inline void device_read_barrier() { ++device::machine->barriers; }
inline void device_write_barrier() { ++device::machine->barriers; }

} // namespace arch
