// SPDX-License-Identifier: BSD-2-Clause
// What is done to a Thread: its spaces, buffer, flags, life and death.
#pragma once

#include <generic/base/result.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

namespace kernel::thread_control {

/// Cleared memory becomes a Thread that never ran.
void init(Thread& thread, bool has_fpu);

/// Puts a copy of `from` into the thread's capability space root; `guard` as in a CNode's badge,
/// 0 keeps the capability's own.
void set_cspace(Cpu& cpu, Thread& thread, Slot& from, Word guard);
void set_vspace(Cpu& cpu, Thread& thread, Slot& from);
[[nodiscard]] Failure check_buffer(const Slot& frame, Word address);
void set_buffer(Cpu& cpu, Thread& thread, Slot* frame, Word address);
/// The fault or timeout handler; null: none. Fails with error_preempted.
[[nodiscard]] Failure set_handler(Cpu& cpu, Slot& place, Slot* endpoint);

void suspend(Cpu& cpu, Thread& thread);
void resume(Cpu& cpu, Thread& thread);
/// Whether the thread may get these ThreadFlags.
[[nodiscard]] Failure check_flags(const Thread& thread, Word set);
void set_flags(Cpu& cpu, Thread& thread, Word clear, Word set);

/// A preempted system call of the thread will not be repeated as it was.
void abandon(Cpu& cpu, Thread& thread);

/// Its system call is to be repeated (Repeat), or that has come to its end. Meanwhile no fastpath finds a slot
/// of its capability space: one that ended the repetition would leave `repeats` set.
void set_repeats(Thread& thread, uint8_t repeats);

/// One of the thread's own slots is being emptied: what is cached of it is forgotten.
void slot_emptied(Cpu& cpu, Slot& slot);

/// The last capability goes: the thread never runs again and is in nobody's way.
void destroy(Cpu& cpu, Thread& thread);

} // namespace kernel::thread_control
