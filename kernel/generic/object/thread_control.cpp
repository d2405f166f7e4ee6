// SPDX-License-Identifier: BSD-2-Clause
// What is done to a Thread: its spaces, buffer, flags, life and death.
#include <generic/cap/deletion.hpp>
#include <generic/cap/derive.hpp>
#include <generic/cap/progress.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/memory.hpp>
#include <generic/debug/report.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/invocation.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/fpu.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::thread_control {

namespace {

/// For the slots of spaces and buffer: never the last capability of a container here (check_space),
/// and other objects than Endpoints and Notifications end at once, so one step empties them.
void clear_slot(Cpu& cpu, Slot& slot) {
    while (!cap::delete_step(cpu, slot)) {
    }
}

void put(Slot& from, Slot& place) {
    derive(from, place, Rights::all());
}

void cache_cspace(Thread& thread) {
    const Slot& root = thread.cspace_slot;
    const bool one_level = thread.repeats == Repeat::nothing && root.type() == ObjectType::cnode && root.guard() == 0 &&
                           root.guard_bits() + root.radix() == word_bits && root.radix() < 32;
    thread.node = one_level ? root.pointer<Slot>() : nullptr;
    thread.node_size = one_level ? uint32_t{1} << root.radix() : 0;
    thread.reply->path = Reply::no_path;
}

} // namespace

void init(Thread& thread, bool has_fpu) {
    thread.next = thread.prev = &thread;
    thread.reply = &kernel_state.no_reply;
    thread.space = &kernel_state.empty_space;
    thread.gate = Gate::suspended | Gate::full_frame;
    thread.frame_kind = FrameKind::full;
    thread.has_fpu = has_fpu ? 1 : 0;
    thread.registers.init_user(0, 0, 0);
    for (Slot* slot = &thread.cspace_slot; slot <= &thread.timeout_slot; ++slot)
        slot->links.set_in_thread(true);
    if (has_fpu)
        arch::fpu_init(fpu::state_of(thread));
}

void set_cspace(Cpu& cpu, Thread& thread, Slot& from, Word guard) {
    abandon(cpu, thread); // a repeated call would look its capabilities up in the new space
    clear_slot(cpu, thread.cspace_slot);
    put(from, thread.cspace_slot);
    if (guard != 0)
        thread.cspace_slot.badge = guard;
    cache_cspace(thread);
}

void set_vspace(Cpu& cpu, Thread& thread, Slot& from) {
    clear_slot(cpu, thread.vspace_slot);
    put(from, thread.vspace_slot);
    thread.space = from.pointer<VSpace>();
    cpu.reschedule = true;
}

Failure check_buffer(const Slot& frame, Word address) {
    if (frame.frame_is_device() || !frame.rights().write() || !frame.rights().read())
        return Error::illegal_operation;
    if (!is_aligned(address, sizeof(cobnut::IpcBuffer)))
        return {Error::misaligned, __builtin_ctz(sizeof(cobnut::IpcBuffer))};
    const size_t bytes = size_t{1} << mm::frame_bits(frame.frame_size_index());
    if (!arch::in_window(frame.object.page(), bytes))
        return Error::illegal_operation;
    return {};
}

void set_buffer(Cpu& cpu, Thread& thread, Slot* frame, Word address) {
    clear_slot(cpu, thread.buffer_slot);
    thread.buffer = nullptr;
    thread.buffer_address = address;
    if (frame == nullptr)
        return;
    put(*frame, thread.buffer_slot);
    const Word offset =
        address & ((Word{1} << mm::frame_bits(frame->frame_size_index())) - 1);
    thread.buffer = static_cast<char*>(arch::to_virtual(frame->object.page())) + offset;
}

Failure set_handler(Cpu& cpu, Slot& place, Slot* endpoint) {
    // It may be the last capability of an Endpoint with any number of waiters.
    while (!cap::delete_step(cpu, place))
        if (arch::interrupt_pending())
            return error_preempted;
    if (endpoint != nullptr)
        put(*endpoint, place);
    return {};
}

void suspend(Cpu& cpu, Thread& thread) {
    thread.gate |= Gate::suspended;
    sched::make_unready(cpu, thread);
}

void resume(Cpu& cpu, Thread& thread) {
    thread.active = 1;
    thread.gate &= ~Gate::suspended;
    if (thread.wait == Wait::nothing)
        thread.clear_fault();
    if (&thread != cpu.current)
        sched::make_ready(cpu, thread);
}

Failure check_flags(const Thread& thread, Word set) {
    using cobnut::ThreadFlags;
    constexpr Word known = ThreadFlags::fpu | ThreadFlags::counters | ThreadFlags::alien;
    if ((set & ~known) != 0)
        return {Error::invalid_argument, 1, set};
    if ((set & ThreadFlags::fpu) != 0 && thread.has_fpu == 0)
        return Error::not_supported;
    return {};
}

void set_flags(Cpu& cpu, Thread& thread, Word clear, Word set) {
    using cobnut::ThreadFlags;
    const Word flags = (thread.flags & ~clear) | set;
    if ((flags & ThreadFlags::fpu) == 0)
        fpu::release(cpu, thread);
    thread.flags = static_cast<uint8_t>(flags);
    uint32_t gate = thread.gate & ~(Gate::fpu_thread | Gate::counters);
    gate |= (flags & ThreadFlags::fpu) != 0 ? Gate::fpu_thread : 0;
    gate |= (flags & ThreadFlags::counters) != 0 ? Gate::counters : 0;
    thread.gate = gate;
    thread.update_traced();
    cpu.reschedule = true;
}

void abandon(Cpu& cpu, Thread& thread) {
    // Who lends its time for the repetition (ipc::receive) has it back.
    if (thread.repeats == Repeat::receiving) {
        if (thread.reply->caller != nullptr)
            ipc::release_caller(cpu, *thread.reply);
        else
            sched::give_back(cpu, thread);
    }
    set_repeats(thread, Repeat::nothing);
    progress::forget(thread);
}

void set_repeats(Thread& thread, uint8_t repeats) {
    thread.repeats = repeats;
    cache_cspace(thread);
}

void slot_emptied(Cpu& cpu, Slot& slot) {
    const Word base = reinterpret_cast<Word>(&slot) & ~((Word{1} << thread_size_bits) - 1);
    Thread& thread = *reinterpret_cast<Thread*>(base);
    if (&slot == &thread.cspace_slot) {
        thread.node = nullptr;
        thread.node_size = 0;
        thread.reply->path = Reply::no_path;
    } else if (&slot == &thread.vspace_slot) {
        thread.space = &kernel_state.empty_space;
        cpu.reschedule = true;
    } else if (&slot == &thread.buffer_slot) {
        thread.buffer = nullptr;
    }
}

void destroy(Cpu& cpu, Thread& thread) {
    debug::end_of_reports();
    thread.gate |= Gate::suspended;
    thread.active = 0;
    sched::make_unready(cpu, thread);
    abandon(cpu, thread);
    ipc::leave_queue(cpu, thread);
    if (SchedContext* context = sched::context_of(thread)) {
        // What was lent to it goes back to who lent it last.
        Reply* top = context->top;
        sched::take(cpu, *context);
        if (top != nullptr && top->caller != nullptr &&
            sched::context_of(*top->caller) == nullptr)
            ipc::cancel_call(cpu, *top, true);
    }
    // An inner server may run on what its caller lent: that is given back when it waits. Who lent
    // nothing goes on waiting: another holder of the Reply may answer.
    if (thread.reply->caller != nullptr && thread.reply->sched_context != nullptr)
        ipc::cancel_call(cpu, *thread.reply, false);
    sched::forget_home(thread.own_context);
    ipc::offer_none(thread);
    ipc::unbind(thread);
    fpu::release(cpu, thread);
    thread.node = nullptr;
    thread.node_size = 0;
    thread.space = &kernel_state.empty_space;
    thread.buffer = nullptr;
    cpu.reschedule = true;
}

} // namespace kernel::thread_control
