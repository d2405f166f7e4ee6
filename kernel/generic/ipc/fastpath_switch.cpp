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
#include <generic/contract/interrupt.hpp>
#include <generic/contract/timer.hpp>
#include <generic/ipc/endpoint_queue.hpp>
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
    if (to.space != from.space)
        arch::activate(to.space->token);
    arch::leave(to);
}

/// The switch from the running context to the one that `to` has of its own. Both are round robin,
/// nothing is due and the slice does not end here: the slow path would charge the same.
struct ContextSwitch {
    Cpu& cpu;
    Thread& to;
    SchedContext* next;
    Ticks now = 0;
    Ticks used = 0;

    KERNEL_HOT ContextSwitch(Cpu& core, Thread& thread)
        : cpu(core), to(thread), next(thread.sched_context) {}

    [[nodiscard]] KERNEL_HOT bool possible() {
        if (next == nullptr || next->thread != &to || next->slices == 0 ||
            cpu.sched_context->slices == 0)
            return false;
        now = arch::now();
        used = now - cpu.charged_until;
        return now < cpu.deadline;
    }
    /// Whether the slice has so much left that it need not be renewed.
    [[nodiscard]] KERNEL_HOT bool slice_lasts() const {
        return used + kernel_state.least_ticks <= cpu.sched_context->refills()->amount;
    }
    /// Writes down whose the running context is, and that it has been used.
    KERNEL_HOT void commit(Thread& from) const {
        SchedContext& mine = *cpu.sched_context;
        mine.consumed += used;
        mine.refills()->amount -= used;
        mine.thread = &from;
        from.sched_context = &mine;
    }
    [[noreturn]] KERNEL_HOT void leave(Thread& from) const {
        cpu.sched_context = next;
        cpu.charged_until = now;
        const Ticks deadline = now + next->refills()->amount;
        if (deadline < cpu.deadline) {
            cpu.deadline = deadline;
            arch::set_deadline(deadline);
        }
        go(cpu, from, to);
    }
};

/// The running thread to the front of the ready threads of its priority, which is the highest.
KERNEL_HOT void enqueue_running(Cpu& cpu, Thread& thread) {
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
}

KERNEL_HOT void dequeue_waiter(Word& head, Thread& thread) {
    if (thread.next == &thread && thread.lower == nullptr && queue_first(head) == &thread) [[likely]]
        head = 0;
    else
        queue_remove(head, thread);
    thread.wait = Wait::nothing;
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
    if (receiver.priority() <= current.priority() || !may_run(cpu, receiver) ||
        !is_plain(Tag(current.registers.tag()), current, receiver))
        return;
    ContextSwitch contexts(cpu, receiver);
    if (!contexts.possible() || !contexts.slice_lasts())
        return;

    // Committed.
    dequeue_waiter(endpoint.head, receiver);
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        receiver.registers.set_message(i, current.registers.message(i));
    const Tag tag(current.registers.tag());
    receiver.registers.set_badge(badge);
    receiver.registers.set_tag(tag.raw());
    if (tag.length() > arch::Registers::message_words)
        copy_rest(current, receiver, tag.length());
    if (!blocks)
        put(current.registers, 0, Tag::failure(Error::none));
    contexts.commit(current);
    enqueue_running(cpu, current);
    contexts.leave(current);
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
    ContextSwitch contexts(cpu, *waiter);
    if (!contexts.possible() || !contexts.slice_lasts())
        return;

    // Committed.
    dequeue_waiter(*head, *waiter);
    put(waiter->registers, flags, Tag(0, 0, 0, cobnut::Kind::signal));
    if (answers)
        put(current.registers, 0, Tag::failure(Error::none));
    contexts.commit(current);
    enqueue_running(cpu, current);
    contexts.leave(current);
}

KERNEL_HOT void send(Cpu& cpu, bool blocks) {
    Thread& current = *cpu.current;
    const Slot* slot = near_slot(current, current.registers.capability());
    if (slot == nullptr || !slot->rights().write())
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
    dequeue_waiter(endpoint.head, server);
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
    ContextSwitch contexts(cpu, *next);
    if (!contexts.possible())
        return;

    // Committed: the thread takes the place of the one that goes, which is the last but for it.
    contexts.commit(current);
    *cpu.sched_context->refills() = {contexts.now, cpu.sched_context->budget};
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
    contexts.leave(current);
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
    ContextSwitch contexts(cpu, server);
    if (!lends && (!contexts.possible() || !contexts.slice_lasts()))
        return;

    // Committed.
    current.fault = {static_cast<uint8_t>(type), {}, {word2, word3, word4, 0}};
    current.gate |= Gate::faulted;
    dequeue_waiter(endpoint.head, server);
    const Word words[] = {current.registers.ip(), current.registers.sp(), word2, word3, word4, 0};
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
        contexts.commit(current);
        contexts.leave(current);
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

KERNEL_HOT void system_call(Cpu& cpu, Syscall number) {
    cpu.current->frame_kind = FrameKind::arguments;
    if (!COBNUT_FASTPATH)
        return;
    if (number == Syscall::call)
        call(cpu);
    else if (number == Syscall::send || number == Syscall::nb_send)
        send(cpu, number == Syscall::send);
    else if (number == Syscall::yield)
        yield(cpu);
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

void kernel_syscall(Word number) {
    kernel::ipc::system_call(arch::current_cpu(), static_cast<cobnut::Syscall>(number));
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
