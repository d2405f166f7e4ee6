// SPDX-License-Identifier: BSD-2-Clause
// The tour's steps about memory: paging on demand, and revocation of everything.

#include "tour.hpp"

namespace cobnut::tour {

bool Tour::show_pager() {
    ProcessPlan plan;
    plan.memory_bits = 20;
    plan.node_bits = 7;
    plan.priority = 150;
    Process& pager = process(Who::pager);
    if (const Status status = create(Who::pager, "pager", plan); !status.ok())
        return failed("the pager", status);
    ProcessPlan client_plan;
    client_plan.fault_handler = pager_; // it asks the pager, not init
    Process& client = process(Who::paged_client);
    if (const Status status = create(Who::paged_client, "paged-client", client_plan); !status.ok())
        return failed("the client", status);
    const bool granted =
        pager.grant(Given::service, pager_, Rights::read_only()).ok() &&
        pager.grant(Given::space, client.space(), Rights::all()).ok() &&
        pager.grant_badged(Given::node, pager.node(), Rights::all(), flat_guard(plan.node_bits))
            .ok() &&
        pager.make(ObjectType::reply, 0, Given::reply).ok() &&
        pager.grant_memory(Given::memory, 19).ok() && pager.start(0).ok() && client.start(0).ok();
    if (!expect(granted, "the pager has what it needs"))
        return false;
    const Message event = next_event();
    if (event.kind() != Kind::message) {
        describe_fault(event, pager);
        return false;
    }
    const Message served = call(pager_.index, Message::of(DemandWindow::statistics));
    say("   the client used ", event.word(0), " pages that nobody had mapped; the pager served ",
        served.word(0), " faults, refused ", served.word(1), "; ", event.word(1),
        " words were wrong\n");
    const bool right = expect(event.word(1) == 0, "every word was right") &&
                       expect(served.word(0) == DemandWindow::pages, "one fault for each page") &&
                       expect(served.word(1) == 0, "none was refused");
    if (!client.destroy().ok() || !pager.destroy().ok())
        return expect(false, "both can be destroyed");
    return right;
}

/// Revokes every Untyped that init had something made of, the drivers and servers that still run
/// included.
bool Tour::show_revocation() {
    const uint64_t before = used_memory();
    unsigned running = 0;
    for (const Process& made : processes_)
        running += made.alive() ? 1 : 0;
    say("   ", running, " programs still run; ", before >> 10,
        " KiB of Untyped are in use; from here init prints by itself again\n");
    driver_runs_ = false;
    if (const Status status = pool_.revoke_all(); !status.ok())
        return failed("revoke", status);
    const uint64_t after = used_memory();
    say("   after revoking: ", after - baseline_, " bytes more in use than before the tour, ",
        after, " are the archive and init's own tables\n");
    const auto gone = node_.identify(echo_.index);
    return expect(after == baseline_, "every byte of Untyped is back") &&
           expect(!gone.ok() || gone->type == ObjectType::null, "the echo Endpoint is gone");
}

} // namespace cobnut::tour
