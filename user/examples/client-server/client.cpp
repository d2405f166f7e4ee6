// SPDX-License-Identifier: BSD-2-Clause
// Calls the server and checks each answer. Its argument is the badge that the server should see.
#include <lib/component.hpp>

#include "protocol.h"

namespace cobnut {

void main(Word badge) {
    Word wrong = 0;
    for (Word number = 0; number < client_calls; ++number) {
        const Message answer = call(Given::service, Message::of(protocol_add, number, Word{7}));
        if (!answer.received() || answer.word(0) != number + 7 || answer.word(1) != badge)
            ++wrong;
    }
    print("client ", badge, " in C++: ", Word{client_calls}, " calls, ", wrong, " wrong\n");
    report(Word{client_calls}, wrong);
}

} // namespace cobnut
