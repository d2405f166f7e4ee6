// SPDX-License-Identifier: BSD-2-Clause
// For drivers: order between accesses to devices and to memory (unprivileged manual, section 2.7).
#pragma once

namespace arch {

/// What was read from a device comes before all reads and writes of memory that follow.
inline void device_read_barrier() { asm volatile("fence i, rw" ::: "memory"); }

/// All accesses so far come before what is written to a device from here on.
inline void device_write_barrier() { asm volatile("fence iorw, o" ::: "memory"); }

} // namespace arch
