// SPDX-License-Identifier: BSD-2-Clause
// Faults: a thread that cannot go on asks its fault handler.
#include <generic/debug/report.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/fault.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

namespace kernel::fault {

namespace {

void send_to(Cpu& cpu, Thread& thread, const Slot& handler) {
    if (handler.type() != ObjectType::endpoint) {
        debug::report_unhandled_fault(thread);
        thread_control::suspend(cpu, thread);
        return;
    }
    sched::make_unready(cpu, thread);
    if (const Failure failure = ipc::send_fault(cpu, thread, handler); !failure.ok()) {
        debug::report_unhandled_fault(thread, failure);
        thread_control::suspend(cpu, thread);
    }
}

} // namespace

void deliver(Cpu& cpu, Thread& thread, cobnut::FaultType type, Word word2, Word word3,
             Word word4, Word word5) {
    thread.fault = {static_cast<uint8_t>(type), {}, {word2, word3, word4, word5}};
    thread.gate |= Gate::faulted;
    trace::record(cpu, trace::TraceType::fault, static_cast<unsigned>(type), &thread, word2);
    send_to(cpu, thread, thread.fault_slot);
}

void deliver_timeout(Cpu& cpu, Thread& thread, SchedContext& context) {
    if (thread.timeout_slot.type() != ObjectType::endpoint)
        return;
    const uint64_t consumed = sched::consumed_us(cpu, context);
    thread.fault = {static_cast<uint8_t>(cobnut::FaultType::timeout),
                    {},
                    {context.badge, static_cast<Word>(consumed), high_word(consumed), 0}};
    thread.gate |= Gate::faulted;
    trace::record(cpu, trace::TraceType::fault, thread.fault.type, &thread, context.badge);
    send_to(cpu, thread, thread.timeout_slot);
}

void deliver_capability(Cpu& cpu, Thread& thread, Word path, bool receiving, Failure failure) {
    // The program counter is behind the trap; the fault names the trap instruction itself, so that
    // a handler that mends the capability space lets the call be made again.
    thread.repeat_system_call();
    deliver(cpu, thread, cobnut::FaultType::capability, path, receiving ? 1 : 0,
            static_cast<Word>(failure.error()),
            failure.second() | failure.first() << cobnut::lookup_bits_shift);
}

} // namespace kernel::fault
