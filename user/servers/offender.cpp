// SPDX-License-Identifier: BSD-2-Clause
// Tries to do what it holds no capability for.

#include <lib/console.hpp>
#include <servers/protocol.hpp>

namespace cobnut {

void main(Word) {
    using tour::Given;
    ConsoleClient(Endpoint(Given::console))
        .print("   offender: I switch the machine off, by a capability that I do not hold\n");
    (void)Firmware(Given::nothing).power_off();
    ConsoleClient(Endpoint(Given::console)).print("   offender: nobody stopped me\n");
    (void)call(Given::desk, Message::of(tour::Report::done));
}

} // namespace cobnut
