// SPDX-License-Identifier: BSD-2-Clause
// Signals: what interrupts and asynchronous events become.
#pragma once

#include <generic/object/cpu.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

/// Adds the flags; wakes the first waiter, or the bound thread if it receives.
void signal(Cpu& cpu, Notification& notification, Word flags);

/// The current thread takes the flags, or waits for some. With `block` false it gets kind `none`.
void wait(Cpu& cpu, Thread& thread, Notification& notification, bool block);

/// If a signal of the bound Notification is pending the thread has received it: true. `owes_nobody`
/// as in ReceiveOptions.
[[nodiscard]] bool take_bound_signal(Cpu& cpu, Thread& thread, bool owes_nobody);

/// A thread that runs on its bound Notification's context gives it back before it waits.
void return_bound_context(Cpu& cpu, Thread& thread);

void bind(Thread& thread, Notification& notification);
void unbind(Thread& thread);

/// Every waiter ends with `canceled`, the binding too. Bounded; true when done.
[[nodiscard]] bool cancel_some(Cpu& cpu, Notification& notification);

} // namespace kernel::ipc
