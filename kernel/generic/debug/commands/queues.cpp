// SPDX-License-Identifier: BSD-2-Clause
// queues: who waits where, in order.
#include <generic/debug/command.hpp>
#include <generic/debug/objects.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>

namespace kernel::debug {

namespace {

void print_ready(const ReadyQueue& ready) {
    for (unsigned priority = cobnut::priority_count; priority-- > 0;) {
        const Thread* first = ready.first[priority];
        if (first == nullptr)
            continue;
        print("ready, priority ", Decimal{priority}, ":");
        const Thread* thread = first;
        do {
            print(" ", address_of(thread));
            thread = thread->next;
        } while (thread != first);
        print("\n");
    }
}

void print_waiters(Word head) {
    for (const Thread* thread = ipc::queue_first(head); thread != nullptr;
         thread = ipc::queue_next(head, *thread))
        print(" ", address_of(thread));
    print("\n");
}

void run(const Arguments& arguments) {
    if (arguments.cpu.current != nullptr)
        print("runs: ", address_of(arguments.cpu.current), "\n");
    print_ready(arguments.cpu.ready);
    for_each(ObjectType::endpoint, [](const Slot& slot) {
        const auto& endpoint = *slot.pointer<Endpoint>();
        if (endpoint.first() == nullptr)
            return;
        print("endpoint ", address_of(&endpoint), endpoint.has_senders() ? " senders:" : " receivers:");
        print_waiters(endpoint.head);
    });
    for_each(ObjectType::notification, [](const Slot& slot) {
        const auto& notification = *slot.pointer<Notification>();
        if (notification.active != 0)
            print("notification ", address_of(&notification), " signalled ",
                  Hex{notification.flags}, "\n");
        if (ipc::queue_first(notification.head) == nullptr)
            return;
        print("notification ", address_of(&notification), " waiters:");
        print_waiters(notification.head);
    });
    for_each(ObjectType::reply, [](const Slot& slot) {
        const auto& reply = *slot.pointer<Reply>();
        if (reply.caller != nullptr)
            print("reply ", address_of(&reply), " of thread ", address_of(reply.server),
                  " holds thread ", address_of(reply.caller), "\n");
    });
    for_each(ObjectType::sched_context, [](const Slot& slot) {
        const auto& context = *slot.pointer<SchedContext>();
        if (context.released == 0)
            print("scheduling context ", address_of(&context), " waits for time, thread ",
                  address_of(context.thread), "\n");
    });
}

} // namespace

constinit const Command queues_command{"queues", "", "who is ready, and who waits where", run};

} // namespace kernel::debug
