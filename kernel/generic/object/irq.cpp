// SPDX-License-Identifier: BSD-2-Clause
// Interrupts as signals.
#include <generic/contract/interrupt.hpp>
#include <generic/debug/debugger.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

namespace kernel::irq {

namespace {

void trace_interrupt(Cpu& cpu, unsigned number) {
    if constexpr (trace::enabled) {
        const bool timer = number == arch::timer_interrupt;
        trace::record(cpu, trace::TraceType::interrupt, timer ? 1 : 0, timer ? 0 : number, 0);
    }
}

void listen(Cpu& cpu, unsigned number) {
    if constexpr (debug::enabled)
        if (number == arch::timer_interrupt)
            debug::listen(cpu);
}

} // namespace

void handle(Cpu& cpu, unsigned number) {
    // The bound keeps a storm from holding the core; what is left interrupts again.
    for (unsigned left = sched::woken_at_once; number != arch::no_interrupt; number = arch::claim_interrupt()) {
        trace_interrupt(cpu, number);
        listen(cpu, number);
        if (number == arch::timer_interrupt)
            sched::timer_fired(cpu);
        else if (const Slot* slot = signal_slot(number);
                 slot != nullptr && slot->type() == ObjectType::notification)
            ipc::signal(cpu, *slot->pointer<Notification>(), slot->badge);
        if (--left == 0)
            return;
    }
}

void handle_pending(Cpu& cpu) {
    handle(cpu, arch::claim_interrupt());
}

bool is_taken(unsigned number) {
    return (kernel_state.irq_taken[number / 32] >> (number % 32) & 1) != 0;
}

void take(unsigned number) {
    kernel_state.irq_taken[number / 32] |= uint32_t{1} << (number % 32);
}

void release(unsigned number) {
    arch::mask_interrupt(number);
    kernel_state.irq_taken[number / 32] &= ~(uint32_t{1} << (number % 32));
}

} // namespace kernel::irq
