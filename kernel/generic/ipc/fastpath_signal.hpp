// SPDX-License-Identifier: BSD-2-Clause
// The fastpath of a non-blocking signal that a waiting thread of a higher priority gets, with the arguments of the system
// call still in registers: who signals gets an answer in their place, and nobody has to store them before.
#pragma once

#include <cobnut/abi/syscall.hpp>
#include <generic/cap/slot.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/ipc/fastpath_switch.hpp>
#include <generic/object/notification.hpp>

namespace kernel::ipc {

/// Stored are the voluntary frame and the arguments behind the words. The slot is a Notification that may be signalled
/// and in whose queue somebody waits.
template <class Policy>
[[noreturn]] KERNEL_HOT void signal_in_registers(const Slot* slot) {
    Cpu& cpu = arch::current_cpu();
    Thread* current = cpu.current;
    auto entry = Policy::entry_of(current);
    auto* notification = slot->pointer<Notification>();
    Thread* to = queue_first(notification->head);
    opaque(to);
    do {
        uint32_t gate = current->gate;
        // The only ring: no other one follows, and who is first in the queue follows none.
        if (!may_preempt(cpu, *to, gate) || to->lower != nullptr) [[unlikely]]
            break;
        SliceSwitch contexts{to->sched_context};
        if (!contexts.possible(cpu, to, Policy::now)) [[unlikely]]
            break;

        // Committed. What can be loaded again has not been kept in a register.
        if constexpr (!Policy::inserts_bytes)
            gate = current->gate;
        opaque(gate);
        dequeue(notification->head, *to);
        put_answer(current->registers);
        current->frame_kind = FrameKind::arguments;
        enqueue_first(cpu, *current, gate);
        to->frame_kind = FrameKind::running;
        if (contexts.commit(cpu, current)) [[unlikely]] {
            to->registers.set_badge(slot->badge);
            Policy::template continue_in<signal_with_timer>(to, &cpu);
        }
        cpu.current = to;
        Policy::switch_space(entry, typename Policy::Space{to->space});
        Policy::leave_with_signal(to, slot->badge);
    } while (false);
    Policy::slow_nb_send(entry, static_cast<Word>(slot - current->node));
}

} // namespace kernel::ipc
