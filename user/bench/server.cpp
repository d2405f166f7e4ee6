// SPDX-License-Identifier: BSD-2-Clause
// The answering half of the bench: passive unless the root task gave it time of its own.

#include "device.hpp"
#include "leg.hpp"

#include <lib/objects.hpp>

namespace cobnut {

namespace {

using namespace bench;

Word uart_type;

Message next(const Message& answer = Message()) {
    return reply_recv(Given::service, answer, Given::reply);
}

/// Answers the order to do this and `rounds` calls; returns the next order.
template <int begins, int ends>
Message calls(const Message& order) {
    const Word rounds = order.word(0);
    const auto words = static_cast<unsigned>(order.word(1));
    const bool takes = order.word(2) != 0;
    Message answer(Tag(1, words));
    for (unsigned index = 0; index < words; ++index)
        answer.set(index, index);
    Message got;
    for (Word round = 0; round <= rounds; ++round) {
        if (takes)
            (void)CNode(Given::node).remove(Given::received);
        if (order.word(3) != 0)
            isa::use_fpu();
        got = leg<Syscall::reply_recv, begins, ends>(Given::service, answer, Given::reply);
    }
    return got;
}

Message faults(Word rounds) {
    (void)next(); // answers the order; the first fault
    Message got;
    for (Word round = 0; round < rounds; ++round)
        got = leg<Syscall::reply_recv, Leg::back, Leg::out>(
            Given::service, Message::of(0, shared().resume), Given::reply);
    return got;
}

void interrupts(Word rounds) {
    const Device device(UartType::unpacked(uart_type));
    const IrqHandler handler(Given::irq);
    (void)handler.acknowledge();
    for (Word round = 0; round < rounds; ++round) {
        (void)leg<Syscall::wait, Leg::none, Leg::out>(Given::interrupts);
        device.quiet();
        (void)handler.acknowledge();
        shared().served = shared().served + 1;
    }
}

Message perform(const Message& order) {
    const Word rounds = order.word(0);
    switch (static_cast<Operation>(order.label())) {
    case Operation::calls:
        return calls<Leg::back, Leg::out>(order);
    case Operation::round_trips:
        return calls<Leg::none, Leg::none>(order);
    case Operation::faults:
        return faults(rounds);
    case Operation::sends:
        (void)nb_send(Given::reply, Message());
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::wait, Leg::none, Leg::out>(Given::service);
        return next();
    case Operation::signals_lower:
        (void)nb_send(Given::reply, Message());
        for (Word round = 0; round < rounds; ++round) {
            (void)wait(Given::signals);
            (void)leg<Syscall::nb_send, Leg::back, Leg::none>(Given::back);
        }
        return next();
    case Operation::yields_switch:
        (void)nb_send(Given::reply, Message());
        for (Word round = 0; round < rounds; ++round)
            (void)leg<Syscall::yield, Leg::back, Leg::out>(0);
        return next();
    case Operation::interrupts:
        (void)nb_send(Given::reply, Message());
        interrupts(rounds);
        return next();
    default:
        return next();
    }
}

} // namespace

void main(Word argument) {
    uart_type = argument;
    IpcBuffer& buffer = ipc_buffer();
    buffer.receive_root = Given::node;
    buffer.receive_index = Given::received;
    buffer.receive_depth = word_bits;
    Message order = nb_send_recv(Given::desk, Message(), Given::service, Given::reply);
    for (;;)
        order = perform(order);
}

} // namespace cobnut
