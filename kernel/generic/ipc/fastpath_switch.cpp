// SPDX-License-Identifier: BSD-2-Clause
// Fastpaths that switch to another thread on the kernel stack, where a message has been stored or
// there is none: the running thread is preempted, has faulted, or answers a fault. They run before
// sched::enter, so what is void in a running thread is so for them too. Compiled with the
// registers that the stub has saved free to use, and without a function between entry and commit.
#include <cobnut/abi/fault.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/base/attributes.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/fastpath.hpp>
#include <generic/contract/interrupt.hpp>
#include <generic/contract/timer.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/ipc/slice_switch.hpp>
#include <generic/ipc/slow_entry.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/invocation.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/debug.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/vspace.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::ipc {

namespace {

using cobnut::Syscall;
using cobnut::Tag;

/// Whether the core may go to the thread; unlike the register fastpaths, with any kind of frame.
KERNEL_HOT bool may_run(const Cpu& cpu, const Thread& thread, uint32_t ignored = 0) {
    return Gate::may_run(thread.gate & ~(Gate::full_frame | ignored), cpu.gate) &&
           thread.space->asid != arch::asid_none;
}

[[noreturn]] KERNEL_HOT void go(Cpu& cpu, Thread& from, Thread& to) {
    cpu.current = &to;
    arch::FastPolicy::switch_space({&from, 0}, to.space);
    arch::leave(to);
}

[[nodiscard]] KERNEL_HOT bool may_switch(SliceSwitch& contexts, const Cpu& cpu, const Thread& to) {
    return contexts.possible(cpu, &to, arch::now);
}

[[noreturn, gnu::noinline, gnu::cold]] void go_with_timer(Cpu& cpu, Thread& from, Thread& to) {
    cpu.deadline = cpu.slice_end;
    cpu.switch_until = cpu.deadline - kernel_state.least_ticks;
    arch::set_deadline(cpu.deadline);
    go(cpu, from, to);
}

/// Committed: goes to `to` and its context.
[[noreturn]] KERNEL_HOT void switch_to(Cpu& cpu, Thread& from, Thread& to,
                                       const SliceSwitch& contexts) {
    contexts.commit(cpu, &from);
    if (cpu.slice_end < cpu.deadline) [[unlikely]]
        go_with_timer(cpu, from, to);
    go(cpu, from, to);
}
/// From where code counts for more than a call.
[[noreturn, gnu::noinline]] void switch_aside(Cpu& cpu, Thread& from, Thread& to,
                                              SchedContext* context, Ticks now) {
    switch_to(cpu, from, to, {context, now});
}

/// Committed: goes to `to`, and the running thread to the front of the ready threads of its
/// priority, which is the highest.
[[noreturn, gnu::noinline]] void preempt(Cpu& cpu, Thread& thread, Thread& to, SchedContext* context,
                                         Ticks now) {
    ReadyQueue& queue = cpu.ready;
    const unsigned priority = thread.priority();
    Thread* first = queue.first[priority];
    thread.wait = Wait::nothing;
    thread.queued = 1;
    if (first != nullptr) {
        thread.next = first;
        thread.prev = first->prev;
        first->prev->next = &thread;
        first->prev = &thread;
    } else {
        queue.occupied[priority / 32] |= uint32_t{1} << (priority % 32);
        queue.summary |= uint32_t{1} << (priority / 32);
        cpu.gate = (cpu.gate & ~Gate::priority_mask) | priority;
    }
    queue.first[priority] = &thread;
    switch_to(cpu, thread, to, {context, now});
}

/// Whom no ring of another priority follows, nor precedes.
KERNEL_HOT bool is_in_only_ring(const Thread& thread) {
    return thread.lower == nullptr && thread.higher == nullptr;
}
/// The first thread of the only ring goes out of the queue. It runs next: what it waits for is void.
KERNEL_HOT void dequeue_first(Word& head, Thread& thread) {
    Thread* next = thread.next;
    if (next == &thread) [[likely]] {
        head = 0;
    } else {
        Thread* previous = thread.prev;
        previous->next = next;
        next->prev = previous;
        thread.next = thread.prev = &thread;
        head = reinterpret_cast<Word>(next) | (head & Endpoint::state_mask);
    }
}

KERNEL_HOT bool has_buffers(const Thread& from, const Thread& to) {
    return from.buffer != nullptr && to.buffer != nullptr;
}

/// What a system call gives but for message words.
KERNEL_HOT void put(arch::Registers& registers, Word badge, Tag tag) {
    registers.set_badge(badge);
    registers.set_tag(tag.raw());
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        registers.set_message(i, 0);
}

/// The caller waits in the Reply, along which its context is lent.
KERNEL_HOT void lend(SchedContext& context, Reply& reply, Thread& caller) {
    reply.caller = &caller;
    reply.up = nullptr;
    reply.sched_context = &context;
    reply.prev = context.top;
    if (context.top != nullptr)
        context.top->up = &reply;
    context.top = &reply;
    caller.sched_context = nullptr;
    caller.wait = reinterpret_cast<Word>(&reply) | Wait::reply;
}

/// Whether the whole message travels, and no capability.
KERNEL_HOT bool is_plain(Tag tag, const Thread& from, const Thread& to) {
    const Word shape = tag.raw() & Tag::shape_mask;
    return shape <= arch::Registers::message_words ||
           (shape <= cobnut::max_message_words && has_buffers(from, to));
}

KERNEL_HOT void send_message(Cpu& cpu, Endpoint& endpoint, Word badge, bool blocks) {
    Thread& current = *cpu.current;
    if (!endpoint.has_receivers())
        return;
    Thread& receiver = *endpoint.first();
    const Tag tag(current.registers.tag());
    if (receiver.priority() <= current.priority() || !may_run(cpu, receiver) ||
        receiver.lower != nullptr || !is_plain(tag, current, receiver))
        return;
    SliceSwitch contexts{receiver.sched_context};
    if (!may_switch(contexts, cpu, receiver))
        return;

    // Committed.
    dequeue_first(endpoint.head, receiver);
#pragma GCC unroll 8
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        receiver.registers.set_message(i, current.registers.message(i));
    receiver.registers.set_badge(badge);
    receiver.registers.set_tag(tag.raw());
    if (tag.length() > arch::Registers::message_words)
        copy_rest(current, receiver, tag.length());
    if (!blocks)
        put(current.registers, 0, Tag::failure(Error::none));
    preempt(cpu, current, receiver, contexts.to, contexts.now);
}

/// `answers`: the signaller gets a result.
[[gnu::noinline]] void signal_waiter(Cpu& cpu, Notification& notification, Word flags, bool answers) {
    if (!COBNUT_FASTPATH)
        return;
    Thread& current = *cpu.current;
    Word* head = &notification.head;
    Thread* waiter = queue_first(*head);
    if (waiter == nullptr) {
        waiter = notification.bound;
        if (waiter == nullptr || waiter == &current || waiter->wait_kind() != Wait::receive)
            return;
        head = waiter->waits_on<Word>();
    }
    if (waiter->priority() <= current.priority() || !may_run(cpu, *waiter))
        return;
    SliceSwitch contexts{waiter->sched_context};
    if (!may_switch(contexts, cpu, *waiter))
        return;

    // Committed.
    if (waiter->next == waiter && is_in_only_ring(*waiter)) [[likely]]
        *head = 0;
    else
        queue_remove(*head, *waiter);
    put(waiter->registers, flags, Tag(0, 0, 0, cobnut::Kind::signal));
    if (answers)
        put(current.registers, 0, Tag::failure(Error::none));
    preempt(cpu, current, *waiter, contexts.to, contexts.now);
}

KERNEL_HOT void send(Cpu& cpu, const Slot* slot, bool blocks) {
    if (!slot->rights().write())
        return;
    if (slot->type() == ObjectType::notification)
        signal_waiter(cpu, *slot->pointer<Notification>(), slot->badge, !blocks);
    else if (slot->type() == ObjectType::endpoint)
        send_message(cpu, *slot->pointer<Endpoint>(), slot->badge, blocks);
}

/// A call on a Frame, PageTable or Untyped. It neither blocks nor uses up time, and says by
/// Cpu::reschedule if it matters to who runs.
KERNEL_HOT void call_memory(Cpu& cpu, Slot& slot) {
    if (trace::enabled && (cpu.gate & Gate::traced_cpu) != 0)
        return; // what is recorded takes the slow path
    Thread& thread = sched::enter(cpu);
    cpu.wants_restart = invoke(cpu, thread, slot, true) == error_preempted;
    if (!cpu.wants_restart && !cpu.reschedule && thread.repeats == 0 &&
        kernel_state.progress_count == 0)
        sched::go_on(cpu);
    slow::finish(cpu);
}

/// A call with capabilities, or what else the fastpath in registers is not for, to a passive server.
KERNEL_HOT void call_passive(Cpu& cpu, const Slot& slot) {
    Thread& current = *cpu.current;
    if ((slot.object.rights_byte() & SlotRights::may_call) == 0)
        return;
    auto& endpoint = *slot.pointer<Endpoint>();
    if ((endpoint.head & Endpoint::fast_receivers) == 0)
        return;
    Thread& server = *endpoint.first();
    if (!may_run(cpu, server) || server.sched_context != nullptr)
        return;
    // What cannot travel has not begun to.
    if (!transfer(current, server, slot.badge, slot.rights().grant()).ok())
        return;

    // Committed, as in the fastpath of call.
    dequeue_first(endpoint.head, server);
    lend(*cpu.sched_context, *server.reply, current);
    go(cpu, current, server);
}

KERNEL_HOT void call(Cpu& cpu) {
    Slot* slot = near_slot(*cpu.current, cpu.current->registers.capability());
    if (slot == nullptr)
        return;
    const ObjectType type = slot->type();
    if (type == ObjectType::endpoint)
        call_passive(cpu, *slot);
    else if (type == ObjectType::frame || type == ObjectType::page_table ||
             type == ObjectType::untyped)
        call_memory(cpu, *slot);
}

KERNEL_HOT void yield(Cpu& cpu) {
    Thread& current = *cpu.current;
    const unsigned priority = current.priority();
    Thread* next = cpu.ready.first[priority];
    if (next == nullptr || !may_run(cpu, *next))
        return;
    SliceSwitch contexts{next->sched_context};
    if (!may_switch(contexts, cpu, *next))
        return;

    // Committed: the thread takes the place of the one that goes, which is the last but for it.
    const Ticks end = contexts.now + cpu.sched_context->budget;
    cpu.sched_context->account += end - cpu.slice_end;
    cpu.sched_context->refills()->when = contexts.now;
    cpu.slice_end = end;
    if (next->next != next) {
        current.next = next->next;
        current.prev = next->prev;
        current.next->prev = current.prev->next = &current;
        next->next = next->prev = next;
    }
    cpu.ready.first[priority] = current.next;
    current.wait = Wait::nothing;
    current.queued = 1;
    next->queued = 0;
    switch_to(cpu, current, *next, contexts);
}

[[gnu::noinline]] void fault(Cpu& cpu, cobnut::FaultType type, Word word2, Word word3, Word word4) {
    Thread& current = *cpu.current;
    const Slot& handler = current.fault_slot;
    if (!COBNUT_FASTPATH || handler.type() != ObjectType::endpoint)
        return;
    auto& endpoint = *handler.pointer<Endpoint>();
    if ((endpoint.head & Endpoint::fast_receivers) == 0)
        return;
    Thread& server = *endpoint.first();
    if (!may_run(cpu, server) ||
        (cobnut::fault_words > arch::Registers::message_words && server.buffer == nullptr))
        return;
    Reply& reply = *server.reply;
    const bool lends = server.sched_context == nullptr;
    SliceSwitch contexts{server.sched_context};
    if (!lends && !may_switch(contexts, cpu, server))
        return;

    // Committed.
    current.fault.type = static_cast<uint8_t>(type);
    current.fault.word[0] = word2;
    current.fault.word[1] = word3;
    current.fault.word[2] = word4;
    current.fault.word[3] = 0;
    current.gate |= Gate::faulted;
    dequeue_first(endpoint.head, server);
    const Word words[] = {current.registers.ip(), current.registers.sp(), word2, word3, word4, 0};
#pragma GCC unroll 8
    for (unsigned i = 0; i < cobnut::fault_words; ++i) {
        if (i < arch::Registers::message_words)
            server.registers.set_message(i, words[i]);
        else
            set_message_word(server, i, words[i]);
    }
    server.registers.set_badge(handler.badge);
    server.registers.set_tag(
        Tag(static_cast<Word>(type), cobnut::fault_words, 0, cobnut::Kind::fault).raw());
    if (!lends) {
        reply.caller = &current;
        reply.up = reply.prev = nullptr;
        reply.sched_context = nullptr;
        current.wait = reinterpret_cast<Word>(&reply) | Wait::reply;
        switch_aside(cpu, current, server, contexts.to, contexts.now);
    }
    lend(*cpu.sched_context, reply, current);
    go(cpu, current, server);
}

KERNEL_HOT void answer_fault(Cpu& cpu) {
    Thread& current = *cpu.current;
    Reply& reply = *current.reply;
    SchedContext& context = *cpu.sched_context;
    if (reply.path != current.registers.reply() || context.top != &reply)
        return;
    Thread& thread = *reply.caller;
    const Tag tag(current.registers.tag());
    if (thread.fault.type == 0 || tag.length() > 1 ||
        tag.label() != static_cast<Word>(cobnut::FaultReply::resume))
        return;
    const Slot* slot = near_slot(current, current.registers.capability());
    if (slot == nullptr || slot->type() != ObjectType::endpoint || !slot->rights().read())
        return;
    auto& endpoint = *slot->pointer<Endpoint>();
    // A context that it was given while it waited is not to be replaced by the one that it lent.
    if (endpoint.head != 0 || (current.gate & Gate::signal_pending) != 0 ||
        !may_run(cpu, thread, Gate::faulted) || thread.sched_context != nullptr)
        return;
    if (tag.length() == 1 && !thread.registers.set_ip(current.registers.message(0)))
        return;

    // Committed, as in the fastpath of reply_recv.
    thread.clear_fault();
    reply.caller = nullptr;
    context.top = reply.prev;
    endpoint.head = reinterpret_cast<Word>(&current) | Endpoint::fast_receivers;
    current.wait = reinterpret_cast<Word>(&endpoint) | Wait::receive;
    current.sched_context = nullptr;
    go(cpu, current, thread);
}

/// `slot`: of a send; 0: the stub has not found one.
KERNEL_HOT void system_call(Cpu& cpu, Word slot, Syscall number) {
    cpu.current->frame_kind = FrameKind::arguments;
    if (!COBNUT_FASTPATH)
        return;
    if (slot != 0)
        send(cpu, reinterpret_cast<const Slot*>(slot), number == Syscall::send);
    else if (number == Syscall::yield)
        yield(cpu);
    else if (number == Syscall::call)
        call(cpu);
    else if (number == Syscall::reply_recv)
        answer_fault(cpu);
}

/// The entry of a fault in a full frame.
[[noreturn]] KERNEL_HOT void enter_fault(cobnut::FaultType type, Word word2, Word word3 = 0,
                                         Word word4 = 0) {
    Cpu& cpu = arch::current_cpu();
    cpu.current->frame_kind = FrameKind::full;
    fault(cpu, type, word2, word3, word4);
    slow::fault(type, word2, word3, word4);
}

} // namespace

} // namespace kernel::ipc

using cobnut::FaultType;
using kernel::Word;
using kernel::ipc::enter_fault;

void kernel_syscall(Word call) {
    const Word number = call % alignof(kernel::Slot);
    kernel::ipc::system_call(arch::current_cpu(), call - number, static_cast<cobnut::Syscall>(number));
    kernel::slow::system_call(number);
}

void kernel_interrupt() {
    kernel::Cpu& cpu = arch::current_cpu();
    cpu.current->frame_kind = kernel::FrameKind::full;
    const unsigned number = arch::claim_interrupt();
    if (const kernel::Slot* slot = kernel::irq::notification_of(number))
        kernel::ipc::signal_waiter(cpu, *slot->pointer<kernel::Notification>(), slot->badge, false);
    kernel::slow::interrupt(number);
}

void kernel_unknown_syscall(Word number) {
    // A thread that is traced for its debug registers alone makes its calls.
    kernel::Thread& thread = *arch::current_cpu().current;
    if ((thread.flags & cobnut::ThreadFlags::alien) == 0 && number < cobnut::syscall_count) {
        thread.frame_kind = kernel::FrameKind::full;
        kernel::slow::system_call(number);
    }
    enter_fault(FaultType::unknown_syscall, number);
}

void kernel_debug(cobnut::DebugReason reason, Word address) {
    const unsigned number =
        kernel::hardware_debug::hit(*arch::current_cpu().current,
                                    reason != cobnut::DebugReason::watchpoint, address);
    enter_fault(FaultType::debug, static_cast<Word>(reason), address, number);
}

void kernel_vm_fault(Word address, Word access, Word status) {
    enter_fault(FaultType::vm, address, access, status);
}

void kernel_hardware_error(Word status, Word address) {
    enter_fault(FaultType::hardware_error, status, address);
}

void kernel_user_exception(Word number, Word code) {
    enter_fault(FaultType::user_exception, number, code);
}
