// SPDX-License-Identifier: BSD-2-Clause
// A pager: faults of the client arrive here as messages. It makes a frame of its own memory, maps it
// into the client and lets it go on. Any other call is answered with the number of faults served.
#include <lib/component.hpp>
#include <lib/memory_pool.hpp>

#include "protocol.hpp"

namespace cobnut {

namespace {

Status serve(const Message& fault, SlotPool& slots) {
    const Word page = fault.word(2) & ~(page_size - 1);
    if (fault.label() != static_cast<Word>(FaultType::vm) || page < window_begin ||
        page >= window_begin + window_pages * page_size)
        return Error::out_of_range;
    const CapIndex place = slots.take();
    const Untyped memory(Given::memory);
    COBNUT_CHECK(memory.retype(ObjectType::frame, 12, Given::node, place));
    return map_frame(Frame(place), VSpace(Given::space), page, Rights::read_write(),
                     static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never, memory,
                     CNode(Given::node), slots);
}

} // namespace

void main(Word) {
    SlotPool slots(Given::first_free, 128);
    Word served = 0;
    Message message = recv(Given::service, Given::reply);
    for (;;) {
        Message answer = Message::of(0, served);
        if (message.kind() == Kind::fault) {
            const bool ok = serve(message, slots).ok();
            served += ok ? 1 : 0;
            answer = Message::of(static_cast<Word>(ok ? FaultReply::resume : FaultReply::stop));
        }
        message = reply_recv(Given::service, answer, Given::reply);
    }
}

} // namespace cobnut
