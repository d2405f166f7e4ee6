// SPDX-License-Identifier: BSD-2-Clause
// Root task of the bench: starts a client and a passive server in address spaces of their own, with
// the same priority, and names the regions that they mark.

#include "regions.hpp"

#include <lib/names.hpp>
#include <lib/root_task.hpp>

namespace cobnut::bench {

class Bench : RootTask {
public:
    void run(const BootInfo* info) {
        if (!prepare(info))
            return;
        const Status status = measure();
        if (!status.ok())
            uart_.print(Line("bench: ", name_of(status.error), "\n").text());
    }

private:
    Status measure() {
        COBNUT_TRY(objects, pool_.take(12));
        const CapIndex first = slots_.take(5);
        COBNUT_CHECK(objects.retype(ObjectType::endpoint, 0, node_.index, first, 2));
        COBNUT_CHECK(objects.retype(ObjectType::reply, 0, node_.index, first + 2));
        COBNUT_CHECK(objects.retype(ObjectType::notification, 0, node_.index, first + 3, 2));
        const Endpoint desk(first), service(first + 1);
        const Reply reply(first + 2);
        const Notification ready(first + 3), signals(first + 4);

        COBNUT_CHECK(create(server_, "bench-server", desk));
        COBNUT_CHECK(server_.grant(Given::desk, ready, Rights::write_only()));
        COBNUT_CHECK(server_.grant(Given::service, service, Rights::read_only()));
        COBNUT_CHECK(server_.make(ObjectType::reply, 0, Given::reply).status());
        COBNUT_CHECK(server_.start(0));
        (void)wait(ready.index);
        COBNUT_CHECK(server_.sched_context().unbind());

        COBNUT_CHECK(create(client_, "bench-client", desk));
        COBNUT_CHECK(client_.grant(Given::desk, desk, Rights::call()));
        COBNUT_CHECK(client_.grant_badged(Given::service, service, Rights::call(), 1));
        COBNUT_CHECK(client_.grant_badged(Given::notification, signals, Rights::write_only(), 1));
        COBNUT_CHECK(client_.start(0));
        const Message done = recv(desk.index, reply.index);
        if (done.kind() != Kind::message) {
            uart_.print(
                Line("bench: a fault at ", Hex{done.word(0)}, ", details ", Hex{done.word(2)}, "\n")
                    .text());
            return Error::canceled;
        }
        unsigned number = 0;
        for (const char* name : region_names)
            uart_.print(Line("bench: region ", number++, " is ", name, "\n").text());
        return {};
    }

    Status create(Process& process, Text file, Endpoint handler) {
        ProcessPlan plan;
        plan.file = archive_.find(file).data;
        plan.fault_handler = handler;
        return process.create(workshop_, pool_, plan);
    }

    Process server_;
    Process client_;
};

constinit Bench the_bench;

} // namespace cobnut::bench

namespace cobnut {

void main(Word argument) {
    bench::the_bench.run(reinterpret_cast<const BootInfo*>(argument));
    (void)Firmware(slot(RootSlot::firmware)).power_off();
}

} // namespace cobnut
