// SPDX-License-Identifier: BSD-2-Clause
// The calling half of the bench. Marks for tools/cost_meter.cpp stand right at the trap
// instructions: a region begins here and ends in the server, or the other way round.

#include "regions.hpp"

#include <lib/objects.hpp>

namespace cobnut {

namespace {

using namespace bench;

template <unsigned out, unsigned in>
void calls(const Message& message) {
    for (unsigned round = 0; round < rounds; ++round)
        (void)detail::trap<Syscall::call, begin_of(out), end_of(in)>(Given::service, message);
}

template <Syscall form, unsigned region>
void single(CapIndex target) {
    for (unsigned round = 0; round < rounds; ++round)
        (void)detail::trap<form, begin_of(region), end_of(region)>(target, Message());
}

Message full_message() {
    Message message(Tag(1, message_registers));
    for (unsigned index = 0; index < message_registers; ++index)
        message.registers[index] = index;
    return message;
}

} // namespace

void main(Word) {
    for (unsigned round = 0; round < warm_up; ++round)
        (void)call(Given::service, Message());
    calls<Region::call, Region::reply_recv>(Message());
    calls<Region::call_full, Region::reply_recv_full>(full_message());
    for (unsigned round = 0; round < warm_up; ++round)
        Notification(Given::notification).signal();
    single<Syscall::nb_send, Region::signal>(Given::notification);
    single<Syscall::yield, Region::yield>(0);
    single<Syscall::nb_send, Region::refused>(Given::nothing);
    (void)call(Given::desk, Message());
}

} // namespace cobnut
