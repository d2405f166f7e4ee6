// SPDX-License-Identifier: BSD-2-Clause
// Contract: FP/SIMD state of threads that have the FPU flag.
#pragma once

#include <arch/fpu.hpp>

#include <concepts>
#include <stddef.h>

namespace contract {

// fpu_state_size(): bytes, a multiple of 64; 0: the machine has none. Known after boot, and never
//   more than max_fpu_state. State lies behind the Thread structure, 64-byte aligned.
static_assert(std::convertible_to<decltype(arch::fpu_state_size()), size_t>);
// fpu_init(state): what a new thread starts with.
// fpu_save(state)/fpu_restore(state): whole state; the unit is enabled before.
// fpu_enable()/fpu_disable(): user level may use it or traps. Disabled for threads without the
//   flag; the registers then hold no other thread's state (fpu_clear, for CPUs that speculate
//   through the disable bit).
// speculates_through_disable (constexpr bool): the CPU may, so generic code saves the state and
//   calls fpu_clear() before it disables the unit.
static_assert(std::convertible_to<decltype(arch::speculates_through_disable), bool>);
static_assert(requires(void* p) {
    arch::fpu_clear();
    arch::fpu_init(p);
    arch::fpu_save(p);
    arch::fpu_restore(p);
    arch::fpu_enable();
    arch::fpu_disable();
});

} // namespace contract
