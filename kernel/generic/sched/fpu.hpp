// SPDX-License-Identifier: BSD-2-Clause
// FP/SIMD state of threads: kept in the registers until another thread needs them.
#pragma once

#include <generic/contract/fpu.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

namespace kernel::fpu {

/// State behind the Thread; only of threads with `has_fpu`.
inline void* state_of(Thread& thread) {
    static_assert(sizeof(Thread) % 64 == 0);
    return &thread + 1;
}

/// Writes the registers back, if they are the thread's, and forgets it.
inline void release(Cpu& cpu, Thread& thread) {
    if (cpu.fpu_owner != &thread)
        return;
    arch::fpu_enable();
    arch::fpu_save(state_of(thread));
    arch::fpu_clear();
    arch::fpu_disable();
    cpu.fpu_owner = nullptr;
    cpu.fpu_open = false;
    cpu.gate &= ~Gate::fpu_cpu;
}

inline void close(Cpu& cpu) {
    if constexpr (arch::speculates_through_disable) {
        if (cpu.fpu_owner != nullptr)
            arch::fpu_save(state_of(*cpu.fpu_owner));
        arch::fpu_clear();
        cpu.fpu_owner = nullptr;
    }
    arch::fpu_disable();
    cpu.fpu_open = false;
    cpu.gate &= ~Gate::fpu_cpu;
}

/// Called at every switch of threads.
inline void switch_to(Cpu& cpu, Thread& thread) {
    if ((thread.flags & cobnut::ThreadFlags::fpu) == 0) {
        if (cpu.fpu_open)
            close(cpu);
        return;
    }
    if (!cpu.fpu_open) {
        arch::fpu_enable();
        cpu.fpu_open = true;
        cpu.gate |= Gate::fpu_cpu;
    }
    if (cpu.fpu_owner == &thread)
        return;
    if (cpu.fpu_owner != nullptr)
        arch::fpu_save(state_of(*cpu.fpu_owner));
    arch::fpu_restore(state_of(thread));
    cpu.fpu_owner = &thread;
}

} // namespace kernel::fpu
