// SPDX-License-Identifier: BSD-2-Clause
// Threads and their methods (docs/manual/threads.md).
#include "system.hpp"

namespace model {

namespace {

constexpr unsigned registers_of_machine = 4; ///< That have numbers in the simulated machine.
constexpr unsigned buffer_alignment_bits = 10;

Word& numbered(Registers& registers, Word n) {
    switch (n) {
    case 0: return registers.pc;
    case 1: return registers.stack;
    case 2: return registers.flags;
    default: return registers.thread_pointer;
    }
}

void check_flags(const Thread& thread, Word set) {
    using cobnut::ThreadFlags;
    if ((set & ~(ThreadFlags::fpu | ThreadFlags::counters | ThreadFlags::alien)) != 0)
        throw Refused{Error::invalid_argument, 1, set};
    if ((set & ThreadFlags::fpu) != 0 && !thread.has_fpu)
        throw Refused{Error::not_supported};
}

} // namespace

void System::suspend(Name name) {
    stop(name);
}

void System::resume(Name name) {
    Thread& thread = threads.at(name);
    thread.started = true;
    thread.suspended = false;
    if (thread.wait == Wait::nothing)
        thread.fault = 0;
    make_ready(name);
}

void System::destroy_thread(Name name) {
    Thread& thread = threads.at(name);
    thread.suspended = true;
    thread.started = false;
    make_unready(name);
    leave_queue(name);
    if (const Name context = thread.context; context != 0) {
        // What was lent to it goes back to who lent it last.
        const Name top = contexts.at(context).calls.empty() ? 0 : contexts.at(context).calls.back();
        take(context);
        if (top != 0 && threads.at(replies.at(top).caller).context == 0)
            cancel_call(top, true);
    }
    // An inner server may run on what its caller lent: that is given back when it waits. Who lent
    // nothing goes on waiting: another holder of the Reply may answer.
    if (thread.reply != 0 && replies.at(thread.reply).caller != 0 &&
        replies.at(thread.reply).context != 0)
        cancel_call(thread.reply, false);
    forget_home(thread.own_context);
    offer_none(name);
    unbind_notification(name);
    thread.buffer = 0;
}

/// Of a thread's own: never the last capability of a container.
void System::clear_slot(Name slot) {
    while (!delete_step(slot)) {
    }
}

void System::check_space(Call& call, Name name) const {
    const Capability* old = find(own_slot(name, cspace));
    if (old != nullptr && old->type == ObjectType::cnode && is_final(own_slot(name, cspace)))
        throw Refused{Error::illegal_operation};
    check_derivable(call.capabilities[0]);
    check_derivable(call.capabilities[1]);
    if (call.words[0] != 0)
        check_badge(slots.at(call.capabilities[0]), call.words[0], 0, true);
}

void System::set_space(Call& call, Name name) {
    clear_slot(own_slot(name, cspace));
    derive(call.capabilities[0], own_slot(name, cspace), Rights::all().bits);
    if (call.words[0] != 0)
        slots.at(own_slot(name, cspace)).badge = call.words[0];
    clear_slot(own_slot(name, vspace));
    derive(call.capabilities[1], own_slot(name, vspace), Rights::all().bits);
}

void System::check_buffer(Name frame, Word address) const {
    if (slots.at(frame).rights != Rights::read_write().bits)
        throw Refused{Error::illegal_operation};
    if (address % sizeof(cobnut::IpcBuffer) != 0)
        throw Refused{Error::misaligned, buffer_alignment_bits};
    check_derivable(frame);
}

/// Frame 0: none.
void System::set_buffer(Name name, Name frame, Word address) {
    clear_slot(own_slot(name, buffer));
    threads.at(name).buffer = 0;
    if (frame == 0)
        return;
    derive(frame, own_slot(name, buffer), Rights::all().bits);
    const Capability& capability = slots.at(frame);
    threads.at(name).buffer =
        capability.object + address % (uint64_t{1} << capability.size_bits);
}

void System::set_priority(Name name, unsigned priority) {
    Thread& thread = threads.at(name);
    const bool queued = is_queued(name);
    if (queued)
        dequeue_ready(name);
    thread.priority = priority;
    std::vector<Name>* queue = nullptr;
    if (thread.wait == Wait::receive || thread.wait == Wait::send)
        queue = &endpoints.at(thread.waits_on).queue;
    if (thread.wait == Wait::signal)
        queue = &notifications.at(thread.waits_on).queue;
    if (queue != nullptr) {
        std::erase(*queue, name);
        enqueue(*queue, name);
    }
    if (queued)
        enqueue_ready(name, false);
}

void System::invoke_thread(Call& call) {
    const Name name = call.invoked.object;
    Thread& thread = threads.at(name);
    const auto& words = call.words;
    const auto optional = [&](unsigned n) {
        if (n >= call.capabilities.size())
            throw Refused{Error::truncated_message};
        return call.capabilities[n];
    };
    const auto check_registers = [&] {
        if (name == current)
            throw Refused{Error::illegal_operation};
        if (words[1] >= registers_of_machine || words[2] > registers_of_machine - words[1])
            throw Refused{Error::out_of_range, 0, registers_of_machine};
    };
    const auto set_handler = [&](unsigned place) {
        Name endpoint = 0;
        if (!call.capabilities.empty()) {
            endpoint = call.capabilities[0];
            const Rights rights{static_cast<uint8_t>(slots.at(endpoint).rights)};
            if (!rights.write() || (!rights.grant() && !rights.grant_reply()))
                throw Refused{Error::missing_right};
            check_derivable(endpoint);
        }
        clear_slot(own_slot(name, place));
        if (endpoint != 0)
            derive(endpoint, own_slot(name, place), Rights::all().bits);
    };
    switch (call.method) {
    case Method::thread_configure: {
        check_space(call, name);
        check_flags(thread, words[1]);
        const Name frame = words[2] != 0 ? optional(2) : 0;
        if (frame != 0)
            check_buffer(frame, words[2]);
        set_space(call, name);
        set_buffer(name, frame, words[2]);
        thread.flags |= words[1];
        return;
    }
    case Method::thread_set_space:
        check_space(call, name);
        return set_space(call, name);
    case Method::thread_set_ipc_buffer: {
        const Name frame = words[0] != 0 ? optional(0) : 0;
        if (frame != 0)
            check_buffer(frame, words[0]);
        return set_buffer(name, frame, words[0]);
    }
    case Method::thread_set_fault_handler:
        return set_handler(fault_handler);
    case Method::thread_set_timeout_handler:
        return set_handler(timeout_handler);
    case Method::thread_set_priority: {
        const Word limit = threads.at(slots.at(call.capabilities[0]).object).max_priority;
        if (words[0] > limit || words[1] > limit)
            throw Refused{Error::out_of_range, 0, limit};
        thread.max_priority = static_cast<unsigned>(words[1]);
        return set_priority(name, static_cast<unsigned>(words[0]));
    }
    case Method::thread_bind_notification: {
        const Capability& capability = slots.at(call.capabilities[0]);
        Notification& notification = notifications.at(capability.object);
        if ((capability.rights & Rights::read_bit) == 0)
            throw Refused{Error::missing_right};
        if (thread.notification != 0 || notification.bound != 0 || !notification.queue.empty())
            throw Refused{Error::in_use};
        thread.notification = capability.object;
        notification.bound = name;
        return;
    }
    case Method::thread_unbind_notification:
        if (thread.notification == 0)
            throw Refused{Error::not_bound};
        return unbind_notification(name);
    case Method::thread_read_registers:
        check_registers();
        if (words[0] != 0)
            suspend(name);
        call.results = {(Word{1} << words[2]) - 1};
        for (Word i = 0; i < words[2]; ++i)
            call.results.push_back(numbered(thread.registers, words[1] + i));
        return;
    case Method::thread_write_registers:
        check_registers();
        if (words.size() < 3 + words[2])
            throw Refused{Error::truncated_message};
        for (Word i = 0; i < words[2]; ++i)
            numbered(thread.registers, words[1] + i) = words[3 + i];
        if (words[0] != 0)
            resume(name);
        return;
    case Method::thread_copy_registers: {
        const Name source = slots.at(call.capabilities[0]).object;
        if (name == current || source == current)
            throw Refused{Error::illegal_operation};
        if (words[0] != 0)
            suspend(source);
        thread.registers = threads.at(source).registers;
        if (words[1] != 0)
            resume(name);
        return;
    }
    case Method::thread_suspend:
        return suspend(name);
    case Method::thread_resume:
        return resume(name);
    case Method::thread_set_flags:
        check_flags(thread, words[1]);
        thread.flags = (thread.flags & ~words[0]) | words[1];
        call.results = {thread.flags};
        return;
    case Method::thread_info: {
        const Ticks used = thread.context == 0 ? 0 : consumed(thread.context);
        call.results = {static_cast<Word>(thread.wait) | (thread.suspended ? 8u : 0u),
                        thread.priority,
                        thread.max_priority,
                        thread.flags,
                        thread.fault,
                        thread.waits_on,
                        used,
                        0};
        return;
    }
    default:
        throw Refused{Error::invalid_method};
    }
}

} // namespace model
