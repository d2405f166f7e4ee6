// SPDX-License-Identifier: BSD-2-Clause
// Thread: its methods.
#include <generic/cap/derivation.hpp>
#include <generic/cap/derive.hpp>
#include <generic/contract/debug.hpp>
#include <generic/contract/memory.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/object/debug.hpp>
#include <generic/object/methods.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/vspace.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel {

namespace {

using cobnut::Method;
using Registers = arch::Registers;

Failure check_space(const Invocation& call, const Thread& thread) {
    // With the last capability its CNode would be destroyed here, slots of the arguments with it.
    const Slot& old = thread.cspace_slot;
    if (old.type() == ObjectType::cnode && derivation::is_final(old))
        return Error::illegal_operation;
    KERNEL_CHECK(check_derivable(*call.capabilities[0]));
    KERNEL_CHECK(check_derivable(*call.capabilities[1]));
    return call.words[0] == 0 ? Failure()
                              : check_badge(*call.capabilities[0], call.words[0], 0, true);
}

void set_space(Invocation& call, Thread& thread) {
    thread_control::set_cspace(call.cpu, thread, *call.capabilities[0], call.words[0]);
    thread_control::set_vspace(call.cpu, thread, *call.capabilities[1]);
}

Failure configure(Invocation& call, Thread& thread) {
    KERNEL_CHECK(check_space(call, thread));
    KERNEL_CHECK(thread_control::check_flags(thread, call.words[1]));
    const bool has_buffer = call.words[2] != 0;
    if (has_buffer) {
        KERNEL_TRY(frame, call.optional(2));
        KERNEL_CHECK(thread_control::check_buffer(*frame, call.words[2]));
        KERNEL_CHECK(check_derivable(*frame));
    }
    set_space(call, thread);
    thread_control::set_buffer(call.cpu, thread, has_buffer ? call.capabilities[2] : nullptr,
                               call.words[2]);
    thread_control::set_flags(call.cpu, thread, 0, call.words[1]);
    return {};
}

Failure set_ipc_buffer(Invocation& call, Thread& thread) {
    if (call.words[0] == 0) {
        thread_control::set_buffer(call.cpu, thread, nullptr, 0);
        return {};
    }
    KERNEL_TRY(frame, call.optional(0));
    KERNEL_CHECK(thread_control::check_buffer(*frame, call.words[0]));
    KERNEL_CHECK(check_derivable(*frame));
    thread_control::set_buffer(call.cpu, thread, frame, call.words[0]);
    return {};
}

Failure set_handler(Invocation& call, Slot& place) {
    if (call.capability_count == 0)
        return thread_control::set_handler(call.cpu, place, nullptr);
    Slot* endpoint = call.capabilities[0];
    const Rights rights = endpoint->rights();
    if (!rights.write() || !(rights.grant() || rights.grant_reply()))
        return Error::missing_right;
    KERNEL_CHECK(check_derivable(*endpoint));
    return thread_control::set_handler(call.cpu, place, endpoint);
}

Failure set_priority(Invocation& call, Thread& thread) {
    const Word limit = call.capabilities[0]->pointer<Thread>()->max_priority;
    if (call.words[0] > limit || call.words[1] > limit)
        return Failure(Error::out_of_range, 0, limit);
    thread.max_priority = static_cast<uint8_t>(call.words[1]);
    sched::set_priority(call.cpu, thread, static_cast<unsigned>(call.words[0]));
    return {};
}

Failure bind_notification(Invocation& call, Thread& thread) {
    const Slot& slot = *call.capabilities[0];
    auto& notification = *slot.pointer<Notification>();
    if (!slot.rights().read())
        return Error::missing_right;
    if (thread.notification != nullptr || notification.bound != nullptr ||
        notification.head != 0)
        return Error::in_use;
    ipc::bind(thread, notification);
    return {};
}

Failure check_range(const Invocation& call, unsigned extra) {
    const Word first = call.words[1];
    const Word count = call.words[2];
    if (first >= Registers::word_count || count > Registers::word_count - first)
        return {Error::out_of_range, 0, Registers::word_count};
    if (count + extra > Invocation::max_words)
        return {Error::out_of_range, 0, Invocation::max_words - extra};
    return {};
}

bool is_held(const Thread& thread, unsigned n) {
    return thread.frame_kind == FrameKind::full || Registers::held_when_voluntary(n);
}

Failure read_registers(Invocation& call, Thread& thread) {
    if (&thread == &call.caller)
        return Error::illegal_operation;
    KERNEL_CHECK(check_range(call, 1));
    if (call.words[0] != 0)
        thread_control::suspend(call.cpu, thread);
    const auto first = static_cast<unsigned>(call.words[1]);
    const auto count = static_cast<unsigned>(call.words[2]);
    call.answer(0);
    for (unsigned i = 0; i < count; ++i) {
        const bool held = is_held(thread, first + i);
        if (held && i < word_bits)
            call.results[0] |= Word{1} << i;
        call.answer(held ? thread.registers.get(first + i) : 0);
    }
    return {};
}

/// All registers of the thread; those that are not held are zero. The arguments of one that waits on the
/// slow path are: they are the message that it sends.
Registers all_registers(const Thread& thread) {
    Registers registers = thread.registers;
    if (thread.frame_kind == FrameKind::full)
        return registers;
    for (unsigned n = 0; n < Registers::word_count; ++n)
        if (thread.frame_kind == FrameKind::running && !Registers::held_when_voluntary(n))
            (void)registers.set(n, 0);
    registers.complete();
    return registers;
}

void set_full(Thread& thread, const Registers& registers) {
    thread.registers = registers;
    if (thread.debug.single_step)
        arch::arm_step(thread.registers, true);
    thread.frame_kind = FrameKind::full;
    thread.gate |= Gate::full_frame;
}

Failure write_registers(Invocation& call, Thread& thread) {
    if (&thread == &call.caller)
        return Error::illegal_operation;
    KERNEL_CHECK(check_range(call, 3));
    const auto first = static_cast<unsigned>(call.words[1]);
    const auto count = static_cast<unsigned>(call.words[2]);
    if (call.word_count < 3 + count)
        return Error::truncated_message;
    Registers copy = all_registers(thread);
    for (unsigned i = 0; i < count; ++i)
        if (!copy.set(first + i, call.words[3 + i]))
            return {Error::invalid_argument, 3 + i, call.words[3 + i]};
    thread_control::abandon(call.cpu, thread);
    set_full(thread, copy);
    if (call.words[0] != 0)
        thread_control::resume(call.cpu, thread);
    return {};
}

Failure copy_registers(Invocation& call, Thread& thread) {
    Thread& source = *call.capabilities[0]->pointer<Thread>();
    if (&thread == &call.caller || &source == &call.caller)
        return Error::illegal_operation;
    if (call.words[0] != 0)
        thread_control::suspend(call.cpu, source);
    thread_control::abandon(call.cpu, thread);
    Registers registers = all_registers(source);
    if (source.debug.single_step)
        arch::arm_step(registers, false);
    set_full(thread, registers);
    if (call.words[1] != 0)
        thread_control::resume(call.cpu, thread);
    return {};
}

Failure info(Invocation& call, const Thread& thread) {
    const bool suspended = (thread.gate & Gate::suspended) != 0;
    call.answer(thread.wait_kind() | (suspended ? 8 : 0));
    call.answer(thread.priority());
    call.answer(thread.max_priority);
    call.answer(thread.flags);
    call.answer(thread.fault.type);
    const auto* object = thread.waits_on<void>();
    call.answer(object == nullptr ? 0 : static_cast<Word>(arch::to_physical(object).raw()));
    SchedContext* context = sched::context_of(thread);
    call.answer_wide(context == nullptr ? 0 : sched::consumed_us(call.cpu, *context));
    return {};
}

} // namespace

Failure invoke_thread(Invocation& call) {
    Thread& thread = *call.slot.pointer<Thread>();
    switch (call.method) {
    case Method::thread_configure:
        return configure(call, thread);
    case Method::thread_set_space:
        KERNEL_CHECK(check_space(call, thread));
        set_space(call, thread);
        return {};
    case Method::thread_set_ipc_buffer:
        return set_ipc_buffer(call, thread);
    case Method::thread_set_fault_handler:
        return set_handler(call, thread.fault_slot);
    case Method::thread_set_timeout_handler:
        return set_handler(call, thread.timeout_slot);
    case Method::thread_set_priority:
        return set_priority(call, thread);
    case Method::thread_bind_notification:
        return bind_notification(call, thread);
    case Method::thread_unbind_notification:
        if (thread.notification == nullptr)
            return Error::not_bound;
        ipc::unbind(thread);
        return {};
    case Method::thread_read_registers:
        return read_registers(call, thread);
    case Method::thread_write_registers:
        return write_registers(call, thread);
    case Method::thread_suspend:
        thread_control::suspend(call.cpu, thread);
        return {};
    case Method::thread_resume:
        thread_control::resume(call.cpu, thread);
        return {};
    case Method::thread_set_breakpoint:
        return hardware_debug::set_breakpoint(call, thread);
    case Method::thread_get_breakpoint:
        return hardware_debug::get_breakpoint(call, thread);
    case Method::thread_set_single_step:
        return hardware_debug::set_single_step(call, thread);
    case Method::thread_set_flags:
        KERNEL_CHECK(thread_control::check_flags(thread, call.words[1]));
        thread_control::set_flags(call.cpu, thread, call.words[0], call.words[1]);
        call.answer(thread.flags);
        return {};
    case Method::thread_info:
        return info(call, thread);
    case Method::thread_copy_registers:
        return copy_registers(call, thread);
    default:
        return Error::invalid_method;
    }
}

} // namespace kernel
