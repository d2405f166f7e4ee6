// SPDX-License-Identifier: BSD-2-Clause
// Fastpaths that switch to another thread on the kernel stack, where a message has been stored or
// there is none: the running thread is preempted, has faulted, or answers a fault. They run before
// sched::enter, so what is void in a running thread is so for them too. Compiled with the
// registers that the stub has saved free to use, and without a function between entry and commit.
#include <cobnut/abi/fault.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/ipc/fastpath_switch.hpp>
#include <generic/ipc/slow_entry.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/mm/page_at_once.hpp>
#include <generic/object/invocation.hpp>
#include <generic/object/debug.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::ipc {

namespace {

using cobnut::Syscall;
using cobnut::Tag;

[[noreturn]] KERNEL_HOT void go(Cpu& cpu, Thread& from, Thread& to) {
    cpu.current = &to;
    arch::FastPolicy::switch_space({&from, 0}, to.space);
    arch::leave(to);
}

/// Committed: goes to `to` and its context.
[[noreturn]] KERNEL_HOT void switch_to(Cpu& cpu, Thread& from, Thread& to,
                                       const SliceSwitch& contexts) {
    contexts.commit(cpu, &from);
    if (is_timer_late(cpu)) [[unlikely]]
        set_timer(cpu);
    go(cpu, from, to);
}
/// From where code counts for more than a call.
[[noreturn, gnu::noinline]] void switch_aside(Cpu& cpu, Thread& from, Thread& to,
                                              SchedContext* context, Ticks now) {
    switch_to(cpu, from, to, {context, now});
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

/// A call on a Frame, PageTable or Untyped. It neither blocks nor uses up time, and says by
/// Cpu::reschedule if it matters to who runs.
KERNEL_HOT void call_memory(Cpu& cpu, Slot& slot) {
    if (trace::enabled && (cpu.gate & Gate::traced_cpu) != 0)
        return; // what is recorded takes the slow path
    if (slot.type() == ObjectType::frame && kernel_state.progress_count == 0 &&
        mm::page_at_once(*cpu.current, slot)) {
        give_answer(*cpu.current);
        arch::leave(*cpu.current);
    }
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
    if (!may_run(cpu, server, Gate::full_frame) || server.sched_context != nullptr)
        return;
    // What cannot travel has not begun to.
    if (!transfer(current, server, slot.badge, slot.rights().grant()).ok())
        return;

    // Committed, as in the fastpath of call.
    dequeue(endpoint.head, server);
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
    if (next == nullptr || !may_run(cpu, *next, Gate::full_frame))
        return;
    const bool is_full = (next->gate & Gate::full_frame) != 0;
    SliceSwitch contexts{next->sched_context}; // its own: it is ready
    if (!contexts.possible(cpu, arch::now))
        return;

    // Committed: a new slice begins, which waits whole. The thread takes the place of the one that goes,
    // which is the last but for it.
    SchedContext& mine = *cpu.sched_context;
    mine.account += contexts.now + mine.budget - cpu.slice_end;
    *mine.refills() = {contexts.now, mine.budget};
    Thread* first = &current;
    if (next->next != next) [[unlikely]] {
        first = current.next = next->next;
        current.prev = next->prev;
        current.next->prev = current.prev->next = &current;
        next->next = next->prev = next;
    }
    cpu.ready.first[priority] = first;
    current.wait = Wait::nothing;
    current.queued = 1;
    next->queued = 0;
    contexts.enter(cpu, &current, &mine);
    if (is_timer_late(cpu)) [[unlikely]]
        set_timer(cpu);
    if (is_full)
        go(cpu, current, *next);
    cpu.current = next;
    next->frame_kind = FrameKind::running;
    arch::FastPolicy::switch_space({&current, 0}, next->space);
    arch::FastPolicy::leave_with(next, next->registers.capability(), next->registers.tag_and_words());
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
    if (!may_run(cpu, server, Gate::full_frame) ||
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
    dequeue(endpoint.head, server);
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
        !may_run(cpu, thread, Gate::full_frame | Gate::faulted) || thread.sched_context != nullptr)
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

/// The number does not outlive the choice: no register has to keep it.
[[noreturn]] KERNEL_HOT void system_call(Cpu& cpu, Word number) {
    constexpr auto yielding = static_cast<Word>(Syscall::yield);
    constexpr auto calling = static_cast<Word>(Syscall::call);
    constexpr auto answering = static_cast<Word>(Syscall::reply_recv);
    cpu.current->frame_kind = FrameKind::arguments;
    if (COBNUT_FASTPATH) {
        if (number == yielding) {
            yield(cpu);
            slow::system_call(yielding);
        } else if (number == calling) {
            call(cpu);
            slow::system_call(calling);
        } else if (number == answering) {
            answer_fault(cpu);
            slow::system_call(answering);
        }
    }
    slow::system_call(number);
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

[[gnu::noinline, gnu::cold]] void set_timer(Cpu& cpu) {
    cpu.deadline = cpu.slice_end;
    cpu.switch_until = cpu.deadline - kernel_state.least_ticks;
    arch::set_deadline(cpu.deadline);
}

} // namespace kernel::ipc

using cobnut::FaultType;
using kernel::Word;
using kernel::ipc::enter_fault;

void kernel_syscall(Word number) {
    kernel::ipc::system_call(arch::current_cpu(), number);
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
