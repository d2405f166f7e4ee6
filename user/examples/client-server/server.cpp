// SPDX-License-Identifier: BSD-2-Clause
// Adds two words for whoever calls, and counts the calls.
#include <lib/component.hpp>

#include "protocol.h"

namespace cobnut {

void main(Word) {
    Word calls = 0;
    Message request = recv(Given::service, Given::reply);
    for (;;) {
        Message answer;
        if (request.label() == protocol_add) {
            ++calls;
            answer = Message::of(0, request.word(0) + request.word(1), request.badge);
        } else {
            answer = Message::of(0, calls);
        }
        request = reply_recv(Given::service, answer, Given::reply);
    }
}

} // namespace cobnut
