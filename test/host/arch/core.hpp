// SPDX-License-Identifier: BSD-2-Clause
// The simulated machine has one core and devices without delay.
#pragma once

#include <stdint.h>

namespace arch {

inline uint32_t core_affinity() { return 0; }
inline void device_barrier() {}

} // namespace arch
