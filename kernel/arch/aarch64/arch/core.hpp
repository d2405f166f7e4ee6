// SPDX-License-Identifier: BSD-2-Clause
// For drivers of more than one ISA: which core runs, and the barrier between devices.
#pragma once

#include <stdint.h>

namespace arch {

/// MPIDR_EL1 as Aff3.Aff2.Aff1.Aff0.
inline uint32_t core_affinity() {
    uint64_t value;
    asm("mrs %0, mpidr_el1" : "=r"(value));
    return static_cast<uint32_t>((value & 0xffffff) | (value >> 8 & 0xff000000));
}

/// Accesses to one device are over before those to another begin.
inline void device_barrier() { asm volatile("dsb sy" ::: "memory"); }

} // namespace arch
