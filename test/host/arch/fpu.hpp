// SPDX-License-Identifier: BSD-2-Clause
// Floating-point state of the simulated machine: one number.
#pragma once

#include <arch/host.hpp>

#include <stddef.h>

namespace arch {

inline constexpr bool speculates_through_disable = false;
inline constexpr size_t max_fpu_state = 64;
inline uint64_t fpu_register = 0;

inline size_t fpu_state_size() { return 64; }
inline void fpu_clear() { fpu_register = 0; }
inline void fpu_init(void* state) { *static_cast<uint64_t*>(state) = 0; }
inline void fpu_save(void* state) { *static_cast<uint64_t*>(state) = fpu_register; }
inline void fpu_restore(const void* state) { fpu_register = *static_cast<const uint64_t*>(state); }
inline void fpu_enable() { host::machine.fpu_open = true; }
inline void fpu_disable() { host::machine.fpu_open = false; }

} // namespace arch
