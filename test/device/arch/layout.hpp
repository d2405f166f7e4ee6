// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <stdint.h>

namespace arch {

inline uint64_t physical_of_data(const void* object) { return reinterpret_cast<uint64_t>(object); }

} // namespace arch
