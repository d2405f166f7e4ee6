// SPDX-License-Identifier: BSD-2-Clause
// The asking half of the bench.

#include "device.hpp"
#include "leg.hpp"

#include <lib/objects.hpp>

namespace cobnut {

namespace {

using namespace bench;

Word uart_type;

void calls(const Message& order) {
    const auto words = static_cast<unsigned>(order.word(1));
    Message message(Tag(1, words, static_cast<unsigned>(order.word(2))));
    for (unsigned index = 0; index < words; ++index)
        message.set(index, index);
    ipc_buffer().capabilities[0] = Given::idle;
    for (Word round = 0; round < order.word(0); ++round) {
        if (order.word(3) != 0)
            isa::use_fpu();
        (void)leg<Syscall::call, Leg::out, Leg::back>(Given::service, message);
    }
}

/// A call on a kernel object with its capability arguments.
template <int leg_number>
Error measured_call(CapIndex target, Method method, std::initializer_list<Word> words,
                    CapIndex capability) {
    Message message(Tag(static_cast<Word>(method), static_cast<unsigned>(words.size()),
                        capability != 0 ? 1 : 0));
    unsigned index = 0;
    for (const Word word : words)
        message.set(index++, word);
    ipc_buffer().capabilities[0] = capability;
    return leg<Syscall::call, leg_number, leg_number>(target, message).error();
}

constexpr Word page = Shared::address + Word{Shared::pages} * 4096; // the same tables
constexpr Word attributes = static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never;

template <int leg_number>
Error map(Rights rights) {
    return measured_call<leg_number>(Given::frame, Method::frame_map,
                                     {page, rights.bits, attributes}, Given::space);
}

Error maps(Word rounds) {
    for (Word round = 0; round < rounds; ++round) {
        if (const Error error = map<Leg::out>(Rights::read_write()); error != Error::none)
            return error;
        // Used, so that it is in the TLB.
        *reinterpret_cast<volatile Word*>(page) = round;
        if (const Error error = measured_call<Leg::back>(Given::frame, Method::frame_unmap, {}, 0);
            error != Error::none)
            return error;
    }
    return Error::none;
}

Error change_rights(Word rounds) {
    const Frame frame(Given::frame);
    Error error = Error::none;
    for (Word round = 0; round < rounds && error == Error::none; ++round) {
        error = frame.map(VSpace(Given::space), page, Rights::read_write(), attributes).error;
        if (error != Error::none)
            break;
        *reinterpret_cast<volatile Word*>(page) = round; // used, so that it is in the TLB
        error =
            measured_call<Leg::out>(Given::frame, Method::frame_set_rights,
                                    {Rights::read_only().bits, MapAttributes::execute_never}, 0);
    }
    (void)frame.unmap();
    return error;
}

Error retypes(Word rounds, CapIndex untyped) {
    for (Word round = 0; round < rounds; ++round) {
        const Error error = measured_call<Leg::out>(
            untyped, Method::untyped_retype,
            {static_cast<Word>(ObjectType::frame), 12, 0, 0, Given::received, 1}, Given::node);
        if (error != Error::none)
            return error;
        if (const Status status = CNode(Given::node).revoke(untyped); !status.ok())
            return status.error;
    }
    return Error::none;
}

Error revokes(Word rounds, Word count) {
    constexpr CapIndex first = Given::nothing + 1;
    const CNode node(Given::node);
    for (Word round = 0; round < rounds; ++round) {
        for (CapIndex copy = first; copy < first + count; ++copy)
            if (const Status status =
                    node.copy(copy, word_bits, {Given::node, Given::idle}, Rights::write_only());
                !status.ok())
                return status.error;
        const Error error =
            measured_call<Leg::out>(Given::node, Method::cnode_revoke, {Given::idle, word_bits}, 0);
        if (error != Error::none)
            return error;
    }
    return Error::none;
}

void interrupts(Word rounds) {
    const Device device(UartType::unpacked(uart_type));
    Shared& all = shared();
    for (Word round = 0; round < rounds; ++round) {
        const Word before = all.served;
        device.arm();
        isa::mark<begin_of(Leg::out)>();
        begin_stamp();
        device.trigger();
        while (all.served == before)
            begin_stamp();
    }
}

bool needs_server(Operation operation) {
    return operation == Operation::calls || operation == Operation::round_trips ||
           operation == Operation::sends || operation == Operation::signals_lower ||
           operation == Operation::interrupts || operation == Operation::faults ||
           operation == Operation::yields_switch;
}

Error perform_alone(const Message& order) {
    const Word rounds = order.word(0);
    switch (static_cast<Operation>(order.label())) {
    case Operation::done:
        break;
    case Operation::calls:
        calls(order);
        break;
    case Operation::round_trips:
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::call, Leg::out, Leg::out>(Given::service);
        break;
    case Operation::sends:
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::send, Leg::out, Leg::none>(Given::service);
        break;
    case Operation::signals:
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::nb_send, Leg::out, Leg::out>(Given::idle);
        break;
    case Operation::signals_lower:
        for (Word round = 0; round < rounds; ++round) {
            (void)leg<Syscall::nb_send, Leg::out, Leg::out>(Given::signals);
            (void)leg<Syscall::wait, Leg::none, Leg::back>(Given::back);
        }
        break;
    case Operation::interrupts:
        interrupts(rounds);
        break;
    case Operation::faults:
        for (Word round = 0; round < rounds; ++round) {
            begin_stamp();
            isa::fault<begin_of(Leg::out), end_of(Leg::back)>(&shared().resume);
            end_stamp(Leg::back);
        }
        break;
    case Operation::yields:
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::yield, Leg::out, Leg::out>(0);
        break;
    case Operation::yields_switch:
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::yield, Leg::out, Leg::back>(0);
        break;
    case Operation::refused:
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::nb_send, Leg::out, Leg::out>(Given::nothing);
        break;
    case Operation::maps:
        return maps(rounds);
    case Operation::rights:
        return change_rights(rounds);
    case Operation::receives:
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::nb_wait, Leg::out, Leg::out>(Given::queue);
        break;
    case Operation::revokes:
        return revokes(rounds, order.word(1));
    case Operation::retypes:
        return retypes(rounds, order.word(1));
    }
    return Error::none;
}

void tell_server(const Message& order) { (void)call(Given::service, order); }

Error perform(const Message& order) {
    const bool with_server = needs_server(static_cast<Operation>(order.label()));
    if (with_server)
        tell_server(order);
    const Error error = perform_alone(order);
    // When it has answered this it waits again, and the root task may take its time away.
    if (with_server)
        tell_server(Message::of(static_cast<Word>(Operation::done)));
    return error;
}

} // namespace

void main(Word argument) {
    uart_type = argument;
    Error error = Error::none;
    for (;;) {
        const Message order = call(Given::desk, Message::of(0, static_cast<Word>(error)));
        error = perform(order);
    }
}

} // namespace cobnut
