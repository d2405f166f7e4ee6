// SPDX-License-Identifier: BSD-2-Clause
// Starts a pager, and a client whose faults go to it.
#include <lib/system.hpp>

#include "protocol.hpp"

namespace cobnut {

constinit System the_system;
constinit Component pager;
constinit Component client;

void main(Word argument) {
    System& system = the_system;
    system.begin(argument);
    const Endpoint faults = system.make_endpoint();
    ProcessPlan plan;
    plan.memory_bits = 20;
    plan.node_bits = 7;
    plan.priority = 150;
    system.create(pager, "pager", plan);
    system.serves(pager, faults);
    ProcessPlan paged;
    paged.fault_handler = faults;
    system.create(client, "client", paged);
    system.check(pager.grant(Given::space, client.space(), Rights::all()), "the client's space");
    system.check(pager.grant_memory(Given::memory, 19), "the pager's memory");
    system.start(pager);
    system.start(client);
    const Message report = system.next_report();
    const Message served = call(faults.index, Message::of(0));
    system.print("the client used ", report.word(0), " pages, ", report.word(1),
                 " were wrong; the pager served ", served.word(0), " faults\n");
    system.expect(report.word(1) == 0, "every page held what was written");
    system.expect(served.word(0) == window_pages, "one fault for each page");
    system.finish("pager");
}

} // namespace cobnut
