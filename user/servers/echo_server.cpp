// SPDX-License-Identifier: BSD-2-Clause
// Answers each call with its words, changed in a way that the client can check, and with the badge
// by which it knows the client.

#include <lib/message.hpp>
#include <servers/protocol.hpp>

namespace cobnut {

void main(Word) {
    using tour::EchoProtocol;
    using tour::Given;
    Word calls[3] = {};
    // From here on it needs no time of its own: it runs on its callers'.
    Message request = nb_send_recv(Given::notification, Message(), Given::service, Given::reply);
    for (;;) {
        Message answer;
        if (request.label() == EchoProtocol::statistics) {
            answer = Message::of(0, calls[1], calls[2]);
        } else {
            if (request.badge < 3)
                ++calls[request.badge];
            answer = Message::of(0, request.word(0) ^ EchoProtocol::twist, request.word(1) + 1,
                                 request.badge);
        }
        request = reply_recv(Given::service, answer, Given::reply);
    }
}

} // namespace cobnut
