// SPDX-License-Identifier: BSD-2-Clause
// Calls the echo server `argument >> 2` times, checks every answer and tells how it goes on.

#include <lib/console.hpp>
#include <servers/protocol.hpp>

namespace cobnut {

void main(Word argument) {
    using tour::EchoProtocol;
    using tour::Given;
    using tour::Report;
    const Word badge = argument & 3;
    const Word calls = argument >> 2;
    ConsoleClient console{Endpoint(Given::console)};
    Word wrong = 0;
    for (Word number = 1; number <= calls; ++number) {
        const Word first = number * 2654435761u + badge;
        const Message answer = call(Given::service, Message::of(EchoProtocol::echo, first, number));
        if (!answer.received() || answer.tag.length() != 3 ||
            answer.word(0) != (first ^ EchoProtocol::twist) || answer.word(1) != number + 1 ||
            answer.word(2) != badge)
            ++wrong;
        if (number % (calls / 4) == 0)
            console.print("   client ", badge, ": ", Right{number, 6}, " calls, ", wrong,
                          " wrong\n");
        if (number == calls / 2)
            (void)send(Given::desk, Message::of(Report::halfway));
    }
    (void)call(Given::desk, Message::of(Report::done, calls, wrong, console.retries()));
}

} // namespace cobnut
