// SPDX-License-Identifier: BSD-2-Clause
// Faults: a thread that cannot go on asks its fault handler.
#pragma once

#include <cobnut/abi/fault.hpp>
#include <generic/base/result.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>

namespace kernel::fault {

/// Stops the current thread with a fault and sends it to the handler, which resumes it by its
/// reply. Without a handler the thread stays suspended.
void deliver(Cpu& cpu, Thread& thread, cobnut::FaultType type, Word word2, Word word3 = 0,
             Word word4 = 0, Word word5 = 0);

/// The thread's budget is used up; without a timeout handler it just waits for the refill.
void deliver_timeout(Cpu& cpu, Thread& thread, SchedContext& context);

/// The thread named a capability that cannot be found or does not allow what it asked for.
void deliver_capability(Cpu& cpu, Thread& thread, Word path, bool receiving, Failure failure);

} // namespace kernel::fault
