// SPDX-License-Identifier: BSD-2-Clause
// System calls and messages (docs/manual/ipc.md), faults (docs/manual/faults.md).
#include "system.hpp"

#include <algorithm>

namespace model {

void System::give_failure(Thread& thread, Error error) {
    thread.registers.a0 = 0;
    thread.registers.tag = Tag::failure(error).raw();
    std::fill(std::begin(thread.registers.words), std::end(thread.registers.words), 0);
}

/// A failed lookup has two words, as methods answer it.
void System::give_failure(Thread& thread, const Refused& refused) {
    give_failure(thread, refused.error);
    if (refused.error != Error::failed_lookup)
        return;
    thread.registers.tag = Tag(static_cast<Word>(refused.error), 2, 0, Kind::none).raw();
    thread.registers.words[0] = refused.detail0;
    thread.registers.words[1] = refused.detail1;
}

void System::give_signal(Thread& thread, Word flags) {
    thread.registers.a0 = flags;
    thread.registers.tag = Tag(0, 0, 0, Kind::signal).raw();
    std::fill(std::begin(thread.registers.words), std::end(thread.registers.words), 0);
}

/// The highest priority first, in order of arrival within one.
void System::enqueue(std::vector<Name>& queue, Name thread) {
    const auto place = std::find_if(queue.begin(), queue.end(), [&](Name other) {
        return threads.at(other).priority < threads.at(thread).priority;
    });
    queue.insert(place, thread);
}

void System::leave_queue(Name name) {
    Thread& thread = threads.at(name);
    if (thread.wait == Wait::reply)
        detach_caller(thread.waits_on, false);
    else if (thread.wait == Wait::signal)
        std::erase(notifications.at(thread.waits_on).queue, name);
    else if (thread.wait != Wait::nothing)
        std::erase(endpoints.at(thread.waits_on).queue, name);
    thread.wait = Wait::nothing;
    thread.waits_on = 0;
}

void System::stop(Name name) {
    threads.at(name).suspended = true;
    make_unready(name);
}

/// What the thread waited for ends with an error.
void System::fail(Name name, Error error) {
    Thread& thread = threads.at(name);
    thread.fault = 0;
    thread.wait = Wait::nothing;
    thread.waits_on = 0;
    give_failure(thread, error);
    make_ready(name);
}

void System::cancel_all(std::vector<Name>& queue) {
    while (!queue.empty()) {
        const Name name = queue.front();
        Thread& thread = threads.at(name);
        queue.erase(queue.begin());
        if (thread.wait == Wait::send && thread.sending.fault) {
            thread.wait = Wait::nothing;
            thread.waits_on = 0;
            thread.suspended = true; // nobody will answer its fault
        } else {
            fail(name, Error::canceled);
        }
    }
}

/// All of a message moves, or nothing.
void System::transfer(Name from, Name to, Word badge, bool grant) {
    Thread& sender = threads.at(from);
    Thread& receiver = threads.at(to);
    const Tag tag{sender.registers.tag};
    if (tag.length() > cobnut::max_message_words || tag.kind() != Kind::message)
        throw Refused{Error::invalid_argument};
    if ((tag.length() > message_registers || tag.capabilities() > 0) && sender.buffer == 0)
        throw Refused{Error::no_buffer};
    if (tag.length() > message_registers && receiver.buffer == 0)
        throw Refused{Error::message_too_long};
    std::vector<Name> sources, places;
    if (tag.capabilities() > 0) {
        constexpr unsigned sent = cobnut::max_message_words;
        constexpr unsigned root = sent + cobnut::max_message_capabilities;
        if (!grant)
            throw Refused{Error::missing_right};
        if (receiver.buffer == 0)
            throw Refused{Error::no_receive_slot};
        Name node = 0;
        try {
            node = lookup_capability(to, buffer_word(receiver, root));
        } catch (const Refused&) {
            throw Refused{Error::no_receive_slot};
        }
        for (unsigned i = 0; i < tag.capabilities(); ++i) {
            const Name source = lookup_capability(from, buffer_word(sender, sent + i));
            check_derivable(source);
            Name place = 0;
            try {
                place = lookup(find(node), buffer_word(receiver, root + 1) + i,
                               buffer_word(receiver, root + 2));
            } catch (const Refused&) {
                throw Refused{Error::no_receive_slot};
            }
            if (find(place) != nullptr ||
                std::find(places.begin(), places.end(), place) != places.end())
                throw Refused{Error::no_receive_slot};
            sources.push_back(source);
            places.push_back(place);
        }
    }
    std::copy(std::begin(sender.registers.words), std::end(sender.registers.words),
              std::begin(receiver.registers.words));
    for (unsigned i = message_registers; i < tag.length(); ++i)
        set_buffer_word(receiver, i, buffer_word(sender, i));
    for (size_t i = 0; i < sources.size(); ++i)
        derive(sources[i], places[i], Rights::all().bits);
    receiver.registers.a0 = badge;
    receiver.registers.tag = tag.raw();
}

void System::transfer_fault(Name from, Name to, Word badge) {
    const Thread& sender = threads.at(from);
    Thread& receiver = threads.at(to);
    if (receiver.buffer == 0)
        throw Refused{Error::message_too_long};
    const Word words[] = {sender.registers.pc,   sender.registers.stack, sender.fault_words[0],
                          sender.fault_words[1], sender.fault_words[2],  sender.fault_words[3]};
    for (unsigned i = 0; i < cobnut::fault_words; ++i)
        if (i < message_registers)
            receiver.registers.words[i] = words[i];
        else
            set_buffer_word(receiver, i, words[i]);
    receiver.registers.a0 = badge;
    receiver.registers.tag = Tag(sender.fault, cobnut::fault_words, 0, Kind::fault).raw();
}

void System::move_message(Name sender, Name receiver, const Sending& sending) {
    if (sending.wants_reply() && threads.at(receiver).reply == 0)
        throw Refused{Error::no_reply};
    if (sending.fault)
        transfer_fault(sender, receiver, sending.badge);
    else
        transfer(sender, receiver, sending.badge, sending.grant);
}

void System::after_transfer(Name sender, Name receiver, const Sending& sending, bool lends) {
    if (sending.wants_reply()) {
        attach_caller(threads.at(receiver).reply, sender, receiver);
        return;
    }
    if (lends && threads.at(receiver).context == 0 && threads.at(sender).context != 0)
        lend(sender, receiver, false);
    if (threads.at(sender).wait != Wait::nothing) {
        threads.at(sender).wait = Wait::nothing;
        threads.at(sender).waits_on = 0;
        make_ready(sender);
    }
}

/// A waiting receiver takes the message at once.
void System::rendezvous(Name sender, Name endpoint, const Sending& sending, bool lends) {
    const Name receiver = endpoints.at(endpoint).queue.front();
    move_message(sender, receiver, sending);
    leave_queue(receiver);
    after_transfer(sender, receiver, sending, lends);
    make_ready(receiver, sending.wants_reply() || lends);
}

/// A blocking form faults, another one gets the error.
void System::refuse(Word path, bool receiving, bool blocking, const Refused& refused) {
    if (!blocking)
        return give_failure(me(), refused);
    me().registers.pc -= 4; // the trap instruction itself: the call can be made again
    deliver_fault(current, FaultType::capability, path, receiving ? 1 : 0,
                  static_cast<Word>(refused.error), refused.detail1 | refused.detail0 << 8, fault_handler);
}

void System::deliver_fault(Name name, FaultType type, Word w2, Word w3, Word w4, Word w5,
                           unsigned handler) {
    Thread& thread = threads.at(name);
    thread.fault = static_cast<Word>(type);
    const Word words[] = {w2, w3, w4, w5};
    std::copy(std::begin(words), std::end(words), std::begin(thread.fault_words));
    const Capability* capability = find(own_slot(name, handler));
    if (capability == nullptr || capability->type != ObjectType::endpoint)
        return stop(name);
    make_unready(name);
    Endpoint& endpoint = endpoints.at(capability->object);
    Sending sending;
    sending.badge = capability->badge;
    sending.fault = true;
    if (!endpoint.senders && !endpoint.queue.empty()) {
        try {
            rendezvous(name, capability->object, sending, false);
        } catch (const Refused&) {
            stop(name);
        }
        return;
    }
    thread.sending = sending;
    thread.wait = Wait::send;
    thread.waits_on = capability->object;
    endpoint.senders = true;
    enqueue(endpoint.queue, name);
}

void System::fault(FaultType type, Word w2, Word w3, Word w4) {
    deliver_fault(current, type, w2, w3, w4, 0, fault_handler);
    leave();
}

/// False: the system call ends with the send.
bool System::send(Word path, bool block, bool call, bool lends, bool answers) {
    Name slot = 0;
    try {
        slot = lookup_capability(current, path);
        const Capability& capability = slots.at(slot);
        const Rights rights{static_cast<uint8_t>(capability.rights)};
        const bool endpoint = capability.type == ObjectType::endpoint;
        if ((endpoint || capability.type == ObjectType::notification) && !rights.write())
            throw Refused{Error::missing_right};
        if (endpoint && call && !rights.grant() && !rights.grant_reply())
            throw Refused{Error::missing_right};
    } catch (const Refused& refused) {
        refuse(path, false, block, refused);
        return false;
    }
    const Capability capability = slots.at(slot);
    switch (capability.type) {
    case ObjectType::notification:
        signal(capability.object, capability.badge);
        if (call)
            give_failure(me(), Error::none);
        return true;
    case ObjectType::endpoint:
        break;
    case ObjectType::reply:
        try {
            answer_caller(capability.object, (capability.rights & Rights::grant_bit) != 0);
            return true;
        } catch (const Refused& refused) {
            give_failure(me(), refused);
            return false;
        }
    default:
        invoke(slot, answers);
        return true;
    }
    Endpoint& endpoint = endpoints.at(capability.object);
    Sending sending;
    sending.badge = capability.badge;
    sending.call = call;
    sending.grant = (capability.rights & Rights::grant_bit) != 0;
    if (!endpoint.senders && !endpoint.queue.empty()) {
        try {
            rendezvous(current, capability.object, sending, lends);
        } catch (const Refused& refused) {
            give_failure(me(), refused);
            return false;
        }
        return me().wait == Wait::nothing;
    }
    if (!block)
        return true;
    me().sending = sending;
    me().wait = Wait::send;
    me().waits_on = capability.object;
    endpoint.senders = true;
    enqueue(endpoint.queue, current);
    return false;
}

void System::receive(Word path, bool block, bool offers, Word reply_path) {
    if (!threads.contains(current))
        return; // it has just destroyed itself
    Name object = 0;
    bool on_notification = false;
    try {
        const Capability& capability = slots.at(lookup_capability(current, path));
        on_notification = capability.type == ObjectType::notification;
        if (!on_notification && capability.type != ObjectType::endpoint)
            throw Refused{Error::invalid_capability};
        if ((capability.rights & Rights::read_bit) == 0)
            throw Refused{Error::missing_right};
        object = capability.object;
    } catch (const Refused& refused) {
        return refuse(path, true, block, refused);
    }
    const bool owes_nobody = block && (me().reply == 0 || replies.at(me().reply).caller == 0);
    if (on_notification) {
        if (owes_nobody)
            give_back(current);
        return wait(object, block);
    }
    if (!offers) {
        offer_none(current);
    } else {
        try {
            const Capability& capability = slots.at(lookup_capability(current, reply_path));
            if (capability.type != ObjectType::reply)
                throw Refused{Error::invalid_capability};
            const Reply& reply = replies.at(capability.object);
            const bool waited = reply.server != 0 && reply.server != current &&
                                threads.at(reply.server).wait == Wait::receive;
            if (reply.caller != 0 || waited)
                return give_failure(me(), Error::in_use);
            offer(capability.object, current);
        } catch (const Refused& refused) {
            return refuse(reply_path, true, block, refused);
        }
    }
    if (owes_nobody && has_bound_signal())
        give_back(current);
    if (!take_bound_signal())
        receive_message(object, block, owes_nobody);
}

/// Before it has its message or waits, it gives back what it does not own.
void System::before_receiving(bool block, bool owes_nobody) {
    if (owes_nobody)
        give_back(current);
    if (block && me().notification != 0)
        return_to_notification(notifications.at(me().notification), current);
}

void System::receive_message(Name object, bool block, bool owes_nobody) {
    Endpoint& endpoint = endpoints.at(object);
    while (endpoint.senders && !endpoint.queue.empty()) {
        const Name sender = endpoint.queue.front();
        const Sending sending = threads.at(sender).sending;
        endpoint.queue.erase(endpoint.queue.begin());
        try {
            move_message(sender, current, sending);
            before_receiving(block, owes_nobody);
            return after_transfer(sender, current, sending, false);
        } catch (const Refused& refused) { // the sender's error, and the next one's turn
            if (sending.fault) {
                threads.at(sender).wait = Wait::nothing;
                threads.at(sender).waits_on = 0;
                threads.at(sender).suspended = true;
            } else {
                fail(sender, refused.error);
                give_failure(threads.at(sender), refused);
            }
        }
    }
    if (!block)
        return give_failure(me(), Error::would_block);
    before_receiving(block, owes_nobody);
    me().wait = Wait::receive;
    me().waits_on = object;
    endpoint.senders = false;
    enqueue(endpoint.queue, current);
}

void System::system_call(Syscall form) {
    const Registers registers = me().registers;
    const Word path = registers.a0;
    switch (form) {
    case Syscall::call:
        (void)send(path, true, true, false, true);
        break;
    case Syscall::reply_recv: {
        bool answered = true;
        try {
            const Name slot = lookup_capability(current, registers.reply);
            const Capability& reply = slots.at(slot);
            if (reply.type == ObjectType::reply && replies.at(reply.object).caller != 0) {
                try {
                    answer_caller(reply.object, (reply.rights & Rights::grant_bit) != 0);
                } catch (const Refused& refused) {
                    give_failure(me(), refused);
                    answered = false;
                }
            }
        } catch (const Refused&) { // nothing to answer
        }
        if (answered)
            receive(path, true, true, registers.reply);
        break;
    }
    case Syscall::send:
        (void)send(path, true, false, false, false);
        break;
    case Syscall::nb_send:
        if (send(path, false, false, false, false) && threads.contains(current))
            give_failure(me(), Error::none);
        break;
    case Syscall::recv:
    case Syscall::nb_recv:
        receive(path, form == Syscall::recv, true, registers.reply);
        break;
    case Syscall::wait:
    case Syscall::nb_wait:
        receive(path, form == Syscall::wait, false, 0);
        break;
    case Syscall::nb_send_recv:
    case Syscall::nb_send_wait:
        if (send(registers.second, false, false, true, false))
            receive(path, true, form == Syscall::nb_send_recv, registers.reply);
        break;
    case Syscall::yield:
        yield();
        break;
    }
    leave();
}

} // namespace model
