// SPDX-License-Identifier: BSD-2-Clause
// Interrupts as signals.
#include <generic/contract/interrupt.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::irq {

void handle_pending(Cpu& cpu) {
    // The bound keeps a storm from holding the core; what is left interrupts again.
    for (unsigned i = 0; i < 8; ++i) {
        const unsigned number = arch::claim_interrupt();
        if (number == arch::no_interrupt)
            return;
        if (number == arch::timer_interrupt) {
            sched::timer_fired(cpu);
            continue;
        }
        const Slot& slot = kernel_state.irq_slots[number];
        if (is_taken(number) && slot.type() == ObjectType::notification)
            ipc::signal(cpu, *slot.pointer<Notification>(), slot.badge);
    }
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
