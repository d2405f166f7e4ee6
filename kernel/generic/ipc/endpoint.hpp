// SPDX-License-Identifier: BSD-2-Clause
// Sending to and receiving from Endpoints: the slow path, which knows every case.
#pragma once

#include <generic/base/result.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

struct SendOptions {
    bool block = true;
    bool call = false;
    bool lend = false; ///< The sender is about to wait: a receiver without a context gets its.
};

/// The current thread sends through the Endpoint capability in `slot`, which has the write right.
/// A failure is the sender's; no_partner-like outcomes of non-blocking forms are not failures.
[[nodiscard]] Failure send(Cpu& cpu, Thread& sender, const Slot& slot, SendOptions options);

/// `thread` sends its fault (thread.fault) through `slot`. Fails if the handler cannot take it.
[[nodiscard]] Failure send_fault(Cpu& cpu, Thread& thread, const Slot& slot);

struct ReceiveOptions {
    bool block;       ///< If not and nobody is there, it gets kind `none`, would_block.
    bool owes_nobody; ///< It blocks, and its Reply holds no caller: sched::give_back.
    bool has_sent;    ///< In this entry: it may be preempted before the first message.
};

/// The current thread receives. It may be preempted between senders whose messages do not fit.
void receive(Cpu& cpu, Thread& receiver, Endpoint& endpoint, ReceiveOptions options);

/// Every waiter ends with `canceled`. Bounded work a call; true when the queue is empty.
[[nodiscard]] bool cancel_some(Cpu& cpu, Endpoint& endpoint);

/// Ends the sends that wait now with the badge of this capability, with `canceled`. Fails with
/// error_preempted; the repetition goes on where it was.
[[nodiscard]] Failure cancel_badged(Cpu& cpu, Thread& caller, Slot& slot);

/// The priority of a waiting sender has changed: where cancel_badged has been already it would be
/// missed.
void cancel_if_due(Cpu& cpu, Thread& sender);

/// The thread, which is in no queue any more, goes on with this error instead of what it waited for.
void fail(Cpu& cpu, Thread& thread, Error error);

/// Takes the thread out of whatever it waits on, without an answer.
void leave_queue(Cpu& cpu, Thread& thread);

} // namespace kernel::ipc
