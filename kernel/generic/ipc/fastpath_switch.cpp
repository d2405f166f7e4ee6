// SPDX-License-Identifier: BSD-2-Clause
// Fastpaths that switch to another thread on the kernel stack, where a message has been stored or
// there is none: the running thread is preempted or has faulted. They run before
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
#include <generic/object/untyped.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::ipc {

namespace {

using cobnut::Syscall;
using cobnut::Tag;

KERNEL_HOT void set_current(Cpu& cpu, Thread& from, Thread& to) {
    cpu.current = &to;
    arch::FastPolicy::switch_space({&from, 0}, arch::FastPolicy::Space{to.space});
}
[[noreturn]] KERNEL_HOT void go(Cpu& cpu, Thread& from, Thread& to) {
    set_current(cpu, from, to);
    arch::leave(to);
}

/// The caller waits in the Reply.
KERNEL_HOT void attach(Reply& reply, Thread& caller) {
    reply.caller = &caller;
    caller.wait = Wait::in(&reply);
}
/// The same; along the Reply its context is lent.
KERNEL_HOT void lend(SchedContext& context, Reply& reply, Thread& caller) {
    attach(reply, caller);
    reply.sched_context = &context;
    reply.prev = context.top;
    if (context.top != nullptr)
        context.top->up = &reply;
    context.top = &reply;
    arch::FastPolicy::clear(caller.sched_context);
}

/// A call on a Frame or an Untyped that the function does at once.
template <bool (*done)(const Thread&, Slot&)>
KERNEL_HOT void call_at_once(Cpu& cpu, Slot& slot) {
    if (is_recorded(cpu) || kernel_state.progress_count != 0 || !done(*cpu.current, slot))
        return;
    static constexpr Word answer[1 + arch::Registers::message_words] = {Tag(0, 0).raw()};
    arch::FastPolicy::leave_with(cpu.current, 0, answer);
}

/// The same without registers that other calls would lack.
template <bool (*done)(const Thread&, Slot&)>
[[gnu::noinline]] void call_apart(Cpu& cpu, Slot& slot) {
    call_at_once<done>(cpu, slot);
}

/// Elsewhere no function of this file returns that calls another one.
template <bool (*done)(const Thread&, Slot&)>
KERNEL_HOT void try_at_once(Cpu& cpu, Slot& slot) {
    if constexpr (arch::FastPolicy::paths_apart)
        call_apart<done>(cpu, slot);
    else
        call_at_once<done>(cpu, slot);
}

/// A call on a Frame, PageTable or Untyped. It neither blocks nor uses up time, and says by
/// Cpu::reschedule if it matters to who runs.
KERNEL_HOT void call_memory(Cpu& cpu, Slot& slot) {
    if (is_recorded(cpu))
        return;
    Thread& thread = sched::enter(cpu);
    cpu.wants_restart = invoke(cpu, thread, slot, true) == error_preempted ? Repeat::all : Repeat::nothing;
    if (cpu.wants_restart == Repeat::nothing && !cpu.reschedule &&
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
    if (!may_run(cpu, server.gate & ~Gate::full_frame) || !has_space(server) || server.sched_context != nullptr)
        return;
    const Word shape = current.registers.tag() & Tag::shape_mask;
    constexpr Word one_capability = Tag(0, 0, 1).raw();
    if (shape - one_capability <= arch::Registers::message_words && slot.rights().grant() &&
        (server.gate & Gate::full_frame) == 0 && transfer_near(current, server)) [[likely]] {
        dequeue(endpoint.head, server);
        lend(*cpu.sched_context, *server.reply, current);
        set_current(cpu, current, server);
        server.frame_kind = FrameKind::running;
        arch::FastPolicy::leave_with(&server, slot.badge, current.registers.tag_and_words());
    }
    // What cannot travel has not begun to.
    if (!transfer(current, server, slot.badge, slot.rights().grant()).ok())
        return;

    // Committed, as in the fastpath of call.
    dequeue(endpoint.head, server);
    lend(*cpu.sched_context, *server.reply, current);
    go(cpu, current, server);
}

/// What may go on later has its arguments in the frame.
KERNEL_HOT void keep_arguments(const Cpu& cpu) {
    cpu.current->frame_kind = FrameKind::arguments;
}

[[noreturn]] KERNEL_HOT void call_on(Cpu& cpu, Slot& slot) {
    const ObjectType type = slot.type();
    if (type == ObjectType::frame && !arch::FastPolicy::memory_in_registers)
        try_at_once<mm::page_at_once>(cpu, slot);
    else if (type == ObjectType::untyped)
        try_at_once<untyped::retype_at_once>(cpu, slot);
    keep_arguments(cpu);
    if (type == ObjectType::endpoint)
        call_passive(cpu, slot);
    else if (type == ObjectType::frame || type == ObjectType::page_table || type == ObjectType::untyped)
        call_memory(cpu, slot);
    slow::system_call(static_cast<Word>(Syscall::call));
}

/// Committed; in a system call or in a full frame. It is known to run.
template <class Policy = arch::FastPolicy>
[[noreturn]] KERNEL_HOT void resume(Cpu& cpu, Thread& from, Thread& to, bool is_full) {
    set_current(cpu, from, to);
    if constexpr (requires { Policy::asks_again; })
        is_full = (to.gate & Gate::full_frame) != 0;
    if (is_full)
        arch::leave(to);
    if constexpr (Policy::paths_apart)
        Policy::leave_with_arguments(&to);
    const arch::Registers& registers = to.registers;
    Word words[arch::Registers::message_words];
#pragma GCC unroll 8
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        words[i] = registers.message(i);
    Policy::leave_with_words(&to, registers.capability(), registers.tag(), words);
}

KERNEL_HOT void yield(Cpu& cpu) {
    Thread& current = *cpu.current;
    const unsigned priority = current.priority();
    Thread* next = cpu.ready.first[priority];
    if (next == nullptr)
        return;
    const bool is_full = !may_run(cpu, next->gate);
    if ((is_full && !may_run(cpu, next->gate ^ Gate::full_frame)) || !has_space(*next))
        return;
    SliceSwitch contexts{next->sched_context}; // its own: it is ready
    if (!contexts.possible(cpu, arch::FastPolicy::now_on_stack))
        return;

    // Committed: a new slice begins, which waits whole. The thread takes the place of the one that goes,
    // which is the last but for it.
    SchedContext& mine = *cpu.sched_context;
    const auto slice = static_cast<Word>(mine.budget); // what is used of it is less than a Word holds, too
    mine.account += slice - contexts.left(cpu);
    set_low_word(mine.slice.amount, slice);
    Thread* first = &current;
    if (next->next != next) [[unlikely]] {
        asm volatile(""); // a branch: compilers would make each instruction conditional
        first = current.next = next->next;
        current.prev = next->prev;
        current.next->prev = current.prev->next = &current;
        next->next = next->prev = next;
    }
    cpu.ready.first[priority] = first;
    current.wait = Wait::nothing;
    current.frame_kind = FrameKind::arguments;
    current.queued = 1;
    next->frame_kind = FrameKind::running;
    next->queued = 0;
    if (contexts.enter(cpu, &current, &mine)) [[unlikely]]
        go_with_timer(next);
    resume(cpu, current, *next, is_full);
}

/// Returns if this is not for it. Handlers wait in a system call as a rule: a full frame is none.
KERNEL_HOT void fault(Cpu& cpu, Tag tag, Word word2, Word word3, Word word4) {
    Thread& current = *cpu.current;
    const Slot& handler = current.fault_slot;
    if (!COBNUT_FASTPATH || !handler.object.is_endpoint())
        return;
    auto* endpoint = handler.pointer<Endpoint>();
    opaque(endpoint);
    if ((endpoint->head & Endpoint::fast_receivers) == 0)
        return;
    Thread& server = *endpoint->first();
    if (!may_run(cpu, server.gate) || !has_space(server) ||
        (cobnut::fault_words > arch::Registers::message_words && server.buffer == nullptr))
        return;
    if (server.sched_context == nullptr) [[likely]] { // committed
        lend(*cpu.sched_context, *server.reply, current);
    } else {
        SliceSwitch contexts{server.sched_context};
        if (!contexts.possible_behind_timer(cpu, &server, arch::FastPolicy::now_on_stack))
            return;
        // Committed.
        contexts.commit(cpu, &current);
        Reply& reply = *server.reply;
        attach(reply, current);
        reply.prev = nullptr;
        reply.sched_context = nullptr;
    }
    current.fault.type = static_cast<uint8_t>(tag.label());
    current.fault.word[0] = word2;
    current.fault.word[1] = word3;
    current.fault.word[2] = word4;
    arch::FastPolicy::clear(current.fault.word[3]);
    current.gate |= Gate::faulted;
    Word words[cobnut::fault_words] = {0, 0, word2, word3, word4, 0};
    static_assert(arch::Registers::message_words >= 2);
#pragma GCC unroll 8
    for (unsigned i = arch::Registers::message_words; i < cobnut::fault_words; ++i)
        static_cast<cobnut::IpcBuffer*>(server.buffer)->words[i] = words[i];
    server.frame_kind = FrameKind::running;
    dequeue(endpoint->head, server);
    set_current(cpu, current, server);
    words[0] = current.registers.ip(); // now there are registers for them
    words[1] = current.registers.sp();
    arch::FastPolicy::leave_with_words(&server, handler.badge, tag.raw(), words);
}

/// Yields come by an entry of their own.
template <class Policy>
constexpr bool yields_apart = requires(typename Policy::Entry entry) { Policy::slow_yield(entry, Word{}); };

/// The number does not outlive the choice: no register has to keep it.
[[noreturn]] KERNEL_HOT void system_call(Cpu& cpu, Word number) {
    constexpr auto yielding = static_cast<Word>(Syscall::yield);
    constexpr auto calling = static_cast<Word>(Syscall::call);
    if (COBNUT_FASTPATH && number == calling && !arch::FastPolicy::memory_in_registers)
        if (Slot* slot = near_slot(*cpu.current, cpu.current->registers.capability()); slot != nullptr)
            call_on(cpu, *slot);
    if (COBNUT_FASTPATH && number == yielding) {
        if (yields_apart<arch::BriefPolicy>)
            kernel_yield();
        yield(cpu);
        number = yielding;
    }
    keep_arguments(cpu);
    slow::system_call(number);
}

} // namespace

[[gnu::noinline, gnu::cold]] void go_with_timer(Thread* to) {
    Cpu& cpu = arch::current_cpu();
    sched::set_timer(cpu);
    go(cpu, *cpu.current, *to);
}

} // namespace kernel::ipc

using cobnut::FaultType;
using kernel::Word;

void kernel_syscall(Word number) {
    kernel::ipc::system_call(arch::current_cpu(), number);
}

void kernel_call_on(kernel::Slot* slot) { kernel::ipc::call_on(arch::current_cpu(), *slot); }

void kernel_yield() {
    using namespace kernel;
    Cpu& cpu = arch::current_cpu();
    if (COBNUT_FASTPATH)
        ipc::yield(cpu);
    cpu.current->frame_kind = FrameKind::arguments;
    slow::system_call(static_cast<Word>(cobnut::Syscall::yield));
}

void kernel_stopped(Word word2, Word word3, Word word4, Word tag) {
    kernel::Cpu& cpu = arch::current_cpu();
    cpu.current->frame_kind = kernel::FrameKind::full;
    kernel::ipc::fault(cpu, cobnut::Tag(tag), word2, word3, word4);
    kernel::slow::fault(static_cast<FaultType>(cobnut::Tag(tag).label()), word2, word3, word4);
}

void kernel_unknown_syscall(Word number) {
    // A thread that is traced for its debug registers alone makes its calls.
    kernel::Thread& thread = *arch::current_cpu().current;
    if ((thread.flags & cobnut::ThreadFlags::alien) == 0 && number < cobnut::syscall_count) {
        thread.frame_kind = kernel::FrameKind::full;
        kernel::slow::system_call(number);
    }
    kernel_stopped(number, 0, 0, kernel::fault_tag(FaultType::unknown_syscall));
}

void kernel_debug(cobnut::DebugReason reason, Word address) {
    const unsigned number =
        kernel::hardware_debug::hit(*arch::current_cpu().current,
                                    reason != cobnut::DebugReason::watchpoint, address);
    kernel_stopped(static_cast<Word>(reason), address, number, kernel::fault_tag(FaultType::debug));
}
