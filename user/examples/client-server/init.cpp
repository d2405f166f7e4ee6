// SPDX-License-Identifier: BSD-2-Clause
// Starts a server and two clients of it, one in C++, one in C, each in its own address space.
#include <lib/system.hpp>

#include "protocol.h"

namespace cobnut {

constinit System the_system;
constinit Component server;
constinit Component clients[2];

void main(Word argument) {
    System& system = the_system;
    system.begin(argument);
    const Endpoint service = system.make_endpoint();
    system.create(server, "server");
    system.serves(server, service);
    system.start(server);
    for (unsigned index = 0; index < 2; ++index) {
        system.create(clients[index], index == 0 ? "client" : "client-c");
        system.calls(clients[index], service);
        system.start(clients[index], clients[index].badge);
    }
    for (unsigned index = 0; index < 2; ++index) {
        const Message report = system.next_report();
        system.expect(report.word(0) == client_calls && report.word(1) == 0,
                      "a client got the right answers");
    }
    const Message answer = call(service.index, Message::of(protocol_calls));
    system.print("the server counted ", answer.word(0), " calls\n");
    system.expect(answer.word(0) == 2 * client_calls, "the server counted every call");
    system.check(clients[0].destroy(), "the end of a client");
    system.finish("client-server");
}

} // namespace cobnut
