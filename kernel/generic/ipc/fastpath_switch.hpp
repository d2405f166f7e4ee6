// SPDX-License-Identifier: BSD-2-Clause
// Fastpaths that switch to another thread on the kernel stack, where a message has been stored or
// there is none: the running thread is preempted, has faulted, or answers a fault.
#pragma once

#include <generic/object/cpu.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

/// Each returns if the case is not for it, as if it had never been; else leaves for the partner.
/// They are called before sched::enter, so what is void in a running thread is so for them too.
struct SwitchPath {
    /// The current thread signals or sends to somebody of higher priority who waits.
    static void send(Cpu& cpu, bool blocks);
    /// Signal of an interrupt; the frame is a full one.
    static void signal(Cpu& cpu, Notification& notification, Word flags);
    /// The current thread yields to another of its priority.
    static void yield(Cpu& cpu);
    /// The current thread has faulted (Thread::fault) and its handler waits at `handler`.
    static void fault(Cpu& cpu, const Slot& handler);
    /// reply_recv answers a fault: the thread goes on.
    static void answer_fault(Cpu& cpu);
};

} // namespace kernel::ipc
