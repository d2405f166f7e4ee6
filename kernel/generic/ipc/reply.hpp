// SPDX-License-Identifier: BSD-2-Clause
// Reply objects: the callers they hold and the chain along which a context is lent.
#pragma once

#include <generic/base/result.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/thread.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::ipc {

/// Whether the Reply holds a caller or is offered by another thread that waits: not to be offered
/// again.
[[nodiscard]] bool is_offered(const Reply& reply, const Thread& server);

/// `server` offers `reply` with its next receive; any other thread that did no longer does. `path`
/// is remembered for the fastpath if it may be (a one-level capability space).
void offer(Reply& reply, Thread& server, Word path);
/// `server` offers nothing.
void offer_none(Thread& server);

/// `caller` waits in `reply`; its context is lent to a server without one.
void attach_caller(Cpu& cpu, Reply& reply, Thread& caller, Thread& server);

/// Takes the caller out of `reply` and, with `give_back`, returns what it lent. It is left waiting
/// on nothing.
void detach_caller(Cpu& cpu, Reply& reply, bool give_back);

/// The same for a caller that goes on; its registers have its answer or error.
void release_caller(Cpu& cpu, Reply& reply, sched::Place place = sched::Place::back);

/// The current thread answers the caller. Fails with no_reply, or as ipc::transfer does; then
/// caller and Reply are untouched.
[[nodiscard]] Failure answer(Cpu& cpu, Thread& server, Reply& reply, bool grant);

/// The server is gone: the caller of `reply` ends with `canceled`. With `give_back` it gets its
/// context back if no inner call has it.
void cancel_call(Cpu& cpu, Reply& reply, bool give_back);

/// Its caller ends with `canceled` and gets its context back; nobody offers it any more.
void destroy(Cpu& cpu, Reply& reply);

} // namespace kernel::ipc
