// SPDX-License-Identifier: BSD-2-Clause
// For drivers of more than one ISA: which core runs, and the barrier between devices.
#pragma once

#include <arch/instructions.hpp>

namespace arch {

/// MPIDR as Aff2.Aff1.Aff0.
inline uint32_t core_affinity() { return cp15::Mpidr::read() & 0xffffff; }

/// Accesses to one device are over before those to another begin.
inline void device_barrier() { dsb(); }

} // namespace arch
