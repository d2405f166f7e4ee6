// SPDX-License-Identifier: BSD-2-Clause
// A thread of a crowd: waits to be received; one says when all do.

#include "protocol.hpp"

#include <lib/message.hpp>

namespace cobnut {

void main(Word last) {
    using bench::Given;
    if (last != 0)
        (void)nb_send(Given::desk, Message());
    else
        for (;;)
            (void)send(Given::queue, Message());
}

} // namespace cobnut
