// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <machine.hpp>

namespace arch::csr {

inline bool has_stimecmp() { return device::machine->has_stimecmp; }
inline void write_stimecmp(uint64_t value) { device::machine->stimecmp = value; }

} // namespace arch::csr
