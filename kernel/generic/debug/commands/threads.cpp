// SPDX-License-Identifier: BSD-2-Clause
// threads: who there is, and what each waits for.
#include <cobnut/abi/fault.hpp>
#include <generic/debug/command.hpp>
#include <generic/debug/objects.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::debug {

namespace {

const char* state_of(const Cpu& cpu, const Thread& thread) {
    if (&thread == cpu.current)
        return "runs";
    if (thread.active == 0)
        return "has never run";
    switch (thread.wait_kind()) {
    case Wait::receive:
        return "receives on";
    case Wait::send:
        return (thread.sending & Sending::fault) != 0  ? "faulted, sends to"
               : (thread.sending & Sending::call) != 0 ? "calls"
                                                       : "sends to";
    case Wait::reply:
        return "waits for the answer of";
    case Wait::signal:
        return "waits on";
    default:
        return thread.queued != 0 ? "is ready" : "cannot run";
    }
}

void print_thread(const Cpu& cpu, const Thread& thread) {
    print("thread ", address_of(&thread), " priority ", Decimal{thread.priority()}, " at ",
          Hex{thread.registers.ip()}, ": ", state_of(cpu, thread));
    if (&thread != cpu.current && thread.wait_kind() != Wait::nothing) {
        print(" ", address_of(thread.waits_on<void>()));
        if (thread.wait_kind() == Wait::reply)
            print(" (thread ", address_of(thread.waits_on<Reply>()->server), ")");
    }
    if ((thread.gate & Gate::suspended) != 0)
        print(", suspended");
    print("\n");
}

void print_slot(const char* what, const Slot& slot) {
    print("  ", what, ": ");
    if (slot.empty())
        print("none\n");
    else
        print_capability(slot);
}

void print_details(const Cpu& cpu, const Thread& thread) {
    const SchedContext* context =
        &thread == cpu.current ? cpu.sched_context : sched::context_of(thread);
    print("  stack pointer ", Hex{thread.registers.sp()}, ", flags ", Hex{thread.flags}, ", gate ",
          Hex{thread.gate}, "\n  scheduling context ", address_of(context), ", its own ",
          address_of(thread.own_context), "\n  Reply offered ", address_of(thread.reply),
          ", Notification bound ", address_of(thread.notification), "\n");
    print_slot("capability space", thread.cspace_slot);
    print_slot("address space", thread.vspace_slot);
    print_slot("IPC buffer", thread.buffer_slot);
    print_slot("fault handler", thread.fault_slot);
    print_slot("timeout handler", thread.timeout_slot);
    for (const cobnut::Named& type : cobnut::fault_types)
        if (thread.fault.type != 0 && type.number == thread.fault.type)
            print("  fault ", type.name, ": ", Hex{thread.fault.word[0]}, " ",
                  Hex{thread.fault.word[1]}, " ", Hex{thread.fault.word[2]}, "\n");
}

void run(const Arguments& arguments) {
    if (arguments.count == 0) {
        for_each(ObjectType::thread, [&](const Slot& slot) {
            print_thread(arguments.cpu, *slot.pointer<Thread>());
        });
        return;
    }
    if (const Slot* slot = find(arguments.number[0], ObjectType::thread)) {
        print_thread(arguments.cpu, *slot->pointer<Thread>());
        print_details(arguments.cpu, *slot->pointer<Thread>());
    }
}

} // namespace

constinit const Command threads_command{
    "threads", "[thread]", "all threads and what they wait for, or one in detail", run};

} // namespace kernel::debug
