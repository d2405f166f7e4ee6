// SPDX-License-Identifier: BSD-2-Clause
// Sending to and receiving from Endpoints: the slow path.
#include <generic/contract/cpu.hpp>
#include <generic/debug/report.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/invocation.hpp>
#include <generic/object/kernel.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

namespace kernel::ipc {

namespace {

bool offers_reply(const Thread& thread) {
    return thread.reply != &kernel_state.no_reply;
}

void wake(Cpu& cpu, Thread& thread, sched::Place place = sched::Place::back) {
    thread.wait = Wait::nothing;
    sched::make_ready(cpu, thread, place);
}

uint8_t sending_bits(const Slot& slot, bool call) {
    const Rights rights = slot.rights();
    return static_cast<uint8_t>((call ? Sending::call : 0) | (rights.grant() ? Sending::grant : 0) |
                                (rights.grant_reply() ? Sending::grant_reply : 0));
}

/// Moves what `sender` sends (its message or its fault).
Failure move_message(Thread& sender, Thread& receiver, Word badge, uint8_t sending) {
    if ((sending & Sending::fault) != 0)
        return transfer_fault(sender, receiver, badge);
    return transfer(sender, receiver, badge, (sending & Sending::grant) != 0);
}

bool wants_reply(uint8_t sending) {
    return (sending & (Sending::call | Sending::fault)) != 0;
}

trace::TraceIpc kind_of(uint8_t sending) {
    return (sending & Sending::fault) != 0  ? trace::TraceIpc::fault
           : (sending & Sending::call) != 0 ? trace::TraceIpc::call
                                            : trace::TraceIpc::message;
}

/// The receiver has the message; the sender waits in its Reply, or goes on.
void after_transfer(Cpu& cpu, Thread& sender, Thread& receiver, uint8_t sending, bool lend) {
    trace::record(cpu, kind_of(sending), &sender, &receiver);
    if (wants_reply(sending)) {
        attach_caller(cpu, *receiver.reply, sender, receiver);
        return;
    }
    if (lend && sched::context_of(receiver) == nullptr && sched::context_of(sender) != nullptr)
        sched::lend(cpu, sender, receiver, false);
    if (sender.wait != Wait::nothing)
        wake(cpu, sender);
}

/// A waiting receiver takes the message of `sender` at once.
Failure rendezvous(Cpu& cpu, Thread& sender, Endpoint& endpoint, Word badge, uint8_t sending,
                   bool lend) {
    Thread& receiver = *endpoint.first();
    if (wants_reply(sending) && !offers_reply(receiver))
        return Error::no_reply;
    KERNEL_CHECK(move_message(sender, receiver, badge, sending));
    queue_remove(endpoint.head, receiver);
    receiver.wait = Wait::nothing;
    after_transfer(cpu, sender, receiver, sending, lend);
    sched::make_ready(cpu, receiver, wants_reply(sending) || lend ? sched::Place::front
                                                                  : sched::Place::back);
    return {};
}

void queue_sender(Thread& sender, Endpoint& endpoint, Word badge, uint8_t sending) {
    sender.badge = badge;
    sender.sending = sending;
    sender.send_number = kernel_state.send_number++;
    sender.wait = reinterpret_cast<Word>(&endpoint) | Wait::send;
    queue_insert(endpoint.head, sender, Endpoint::senders);
}

/// For its preempted call, which it makes again. Its context may be gone with what it sent: then it borrows the
/// one that runs. Who has that waits in the Reply that it offers, as if it had called, until is_receiving; without
/// one, until it waits.
void keep_time(Cpu& cpu, Thread& receiver) {
    if (sched::context_of(receiver) != nullptr)
        return;
    Thread& sponsor = *cpu.sched_context->thread;
    if (!offers_reply(receiver))
        return sched::lend(cpu, sponsor, receiver, true);
    sponsor.make_frame_full(); // else a fastpath would answer it
    attach_caller(cpu, *receiver.reply, sponsor, receiver);
}

/// A receiver that has its message, or waits for one, does not keep the time that others lent it. Not
/// earlier: a preempted receive is made again on that time.
void give_contexts_back(Cpu& cpu, Thread& receiver, ReceiveOptions options) {
    if (options.owes_nobody)
        sched::give_back(cpu, receiver);
    if (options.block)
        return_bound_context(cpu, receiver);
}

/// Its fault is one that nobody takes.
void stop_faulted(Thread& sender, const Failure& failure) {
    debug::report_unhandled_fault(sender, failure);
    sender.wait = Wait::nothing;
    sender.gate |= Gate::suspended;
}

/// What does not fit is the sender's failure; a fault that nobody can take stops it.
[[gnu::noinline, gnu::cold]] void refuse_sender(Cpu& cpu, Thread& sender, const Failure& failure) {
    if ((sender.sending & Sending::fault) != 0) {
        stop_faulted(sender, failure);
    } else {
        debug::report_refusal(sender, "queued send with badge", sender.badge, failure);
        fail(cpu, sender, failure.error());
        give_failure(sender, failure);
    }
}

} // namespace

Failure send(Cpu& cpu, Thread& sender, const Slot& slot, SendOptions options) {
    auto& endpoint = *slot.pointer<Endpoint>();
    const uint8_t sending = sending_bits(slot, options.call);
    if (endpoint.has_receivers())
        return rendezvous(cpu, sender, endpoint, slot.badge, sending, options.lend);
    if (!options.block)
        return {};
    queue_sender(sender, endpoint, slot.badge, sending);
    cpu.reschedule = true;
    return {};
}

Failure send_fault(Cpu& cpu, Thread& thread, const Slot& slot) {
    auto& endpoint = *slot.pointer<Endpoint>();
    const uint8_t sending = Sending::fault;
    if (endpoint.has_receivers())
        return rendezvous(cpu, thread, endpoint, slot.badge, sending, false);
    queue_sender(thread, endpoint, slot.badge, sending);
    if (&thread == cpu.current)
        cpu.reschedule = true;
    return {};
}

void receive(Cpu& cpu, Thread& receiver, Endpoint& endpoint, ReceiveOptions options) {
    bool has_worked = options.has_sent;
    while (endpoint.has_senders()) {
        if (has_worked && cpu.sched_context->thread != nullptr && arch::interrupt_pending()) {
            keep_time(cpu, receiver);
            cpu.wants_restart = Repeat::receiving;
            return;
        }
        Thread& sender = *endpoint.first();
        queue_remove(endpoint.head, sender);
        const uint8_t sending = sender.sending;
        Failure failure = wants_reply(sending) && !offers_reply(receiver)
                              ? Failure(Error::no_reply)
                              : move_message(sender, receiver, sender.badge, sending);
        if (failure.ok()) {
            give_contexts_back(cpu, receiver, options);
            after_transfer(cpu, sender, receiver, sending, false);
            return;
        }
        refuse_sender(cpu, sender, failure);
        has_worked = true;
    }
    if (!options.block) {
        give_failure(receiver, Error::would_block);
        return;
    }
    give_contexts_back(cpu, receiver, options);
    const Word state = receiver_state(endpoint, receiver, offers_reply(receiver));
    receiver.wait = reinterpret_cast<Word>(&endpoint) | Wait::receive;
    queue_insert(endpoint.head, receiver, state);
    cpu.reschedule = true;
}

void fail(Cpu& cpu, Thread& thread, Error error) {
    thread.clear_fault();
    give_failure(thread, error);
    wake(cpu, thread);
}

bool cancel_some(Cpu& cpu, Endpoint& endpoint) {
    for (unsigned i = 0; i < sched::woken_at_once; ++i) {
        Thread* thread = endpoint.first();
        if (thread == nullptr)
            return true;
        queue_remove(endpoint.head, *thread);
        if (thread->fault.type != 0 && (thread->sending & Sending::fault) != 0 &&
            thread->wait_kind() == Wait::send) {
            stop_faulted(*thread, Error::canceled);
        } else {
            fail(cpu, *thread, Error::canceled);
        }
    }
    return endpoint.first() == nullptr;
}

namespace {

/// Whether this is a send through `slot`, not a fault, and came before `number`.
bool is_cancelled(const Thread& sender, const Slot& slot, uint64_t number) {
    return sender.badge == slot.badge && (sender.sending & Sending::fault) == 0 &&
           sender.send_number < number;
}

/// The first sender of a lower priority.
Thread* next_ring(const Endpoint& endpoint, const Thread& thread) {
    Thread* leader = endpoint.first();
    while (leader != nullptr && leader->priority() >= thread.priority())
        leader = leader->lower;
    return leader;
}

} // namespace

Failure cancel_badged(Cpu& cpu, Thread& caller, Slot& slot) {
    auto& endpoint = *slot.pointer<Endpoint>();
    Progress* record = progress::find(LongWork::cancel, slot, caller);
    const uint64_t begin = record != nullptr ? record->begin : kernel_state.send_number;
    Thread* next = record != nullptr ? reinterpret_cast<Thread*>(static_cast<Word>(record->done))
                   : endpoint.has_senders() ? endpoint.first()
                                            : nullptr;
    while (next != nullptr) {
        Thread& thread = *next;
        // Later ones stand behind each other: those that come meanwhile do not prolong this.
        next = thread.send_number < begin
                   ? queue_next(endpoint.head, thread)
                   : next_ring(endpoint, thread);
        if (is_cancelled(thread, slot, begin)) {
            queue_remove(endpoint.head, thread);
            fail(cpu, thread, Error::canceled);
        }
        if (next != nullptr && arch::interrupt_pending()) {
            record = progress::remember(LongWork::cancel, slot, caller);
            if (record != nullptr) {
                record->begin = begin;
                record->done = reinterpret_cast<Word>(next);
            }
            return error_preempted;
        }
    }
    return {};
}

void cancel_if_due(Cpu& cpu, Thread& sender) {
    for (uint32_t i = 0; i < kernel_state.progress_count; ++i) {
        const Progress& record = kernel_state.progress[i];
        if (record.work != LongWork::cancel || sender.wait_kind() != Wait::send ||
            sender.waits_on<Endpoint>() != record.slot->pointer<Endpoint>() ||
            !is_cancelled(sender, *record.slot, record.begin))
            continue;
        queue_remove(sender.waits_on<Endpoint>()->head, sender);
        fail(cpu, sender, Error::canceled);
    }
}

void leave_queue(Cpu& cpu, Thread& thread) {
    if (Word* head = queue_of(thread))
        queue_remove(*head, thread);
    else if (thread.wait_kind() == Wait::reply)
        detach_caller(cpu, *thread.waits_on<Reply>(), false);
    thread.wait = Wait::nothing;
}

} // namespace kernel::ipc
