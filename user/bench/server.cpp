// SPDX-License-Identifier: BSD-2-Clause
// The answering half of the bench.

#include "regions.hpp"

#include <lib/message.hpp>

namespace cobnut {

namespace {

using namespace bench;

template <unsigned in, unsigned out>
void answers(const Message& message, unsigned count) {
    for (unsigned round = 0; round < count; ++round)
        (void)detail::trap<Syscall::reply_recv, begin_of(out), end_of(in)>(Given::service, message,
                                                                           Given::reply);
}

} // namespace

void main(Word) {
    (void)nb_send_recv(Given::desk, Message(), Given::service, Given::reply);
    for (unsigned round = 1; round < warm_up; ++round)
        (void)reply_recv(Given::service, Message(), Given::reply);
    answers<Region::call, Region::reply_recv>(Message(), rounds);
    // The answer to the last call without words; it brings the first full one.
    Message full(Tag(1, message_registers));
    answers<Region::call_full, Region::reply_recv_full>(full, rounds + 1);
    stop();
}

} // namespace cobnut
