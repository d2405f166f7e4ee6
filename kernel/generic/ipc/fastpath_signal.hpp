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
[[noreturn]] KERNEL_HOT void signal_in_registers(const Slot* given) {
    auto found = Policy::signalled(given); // no constant: GCC would keep it in memory
    Thread* current = found.current;
    const Slot* slot = found.slot;
    constexpr bool roomy = Policy::keeps_buffers; // else what can be loaded again is not kept in a register
    auto entry = Policy::entry_of(current);
    Cpu& cpu = arch::current_cpu();
    Thread* to = queue_first(found.head);
    opaque(to);
    do {
        Word gate = current->gate; // whole: no half is extended
        opaque(gate);
        const typename Policy::Space space{to->space};
        // The only ring: no other one follows, and who is first in the queue follows none.
        if (!outranks(cpu, *to, static_cast<uint32_t>(gate)) || !Policy::may_switch_space(space) || to->lower != nullptr) [[unlikely]]
            break;
        SliceSwitch contexts{to->sched_context};
        if (!contexts.possible(cpu, to, Policy::now)) [[unlikely]]
            break;

        // Committed.
        if constexpr (!roomy) {
            opaque(current);
            opaque(slot);
            opaque(to);
            entry.current = current;
        }
        dequeue(roomy ? found.notification->head : slot->pointer<Notification>()->head, *to);
        if constexpr (!roomy)
            gate = current->gate;
        opaque(gate);
        put_answer(current->registers);
        Cpu& core = arch::current_cpu(); // anew behind each join: GCC would copy its register
        current->frame_kind = FrameKind::arguments;
        enqueue_first(core, *current, gate);
        Cpu& own = arch::current_cpu();
        to->frame_kind = FrameKind::running;
        if (contexts.commit(own, current)) [[unlikely]] {
            to->registers.set_badge(slot->badge);
            Policy::template continue_in<signal_with_timer>(to, &own);
        }
        own.current = to;
        Policy::switch_space(entry, roomy ? space : typename Policy::Space{to->space});
        Policy::leave_with_signal(to, slot->badge);
    } while (false);
    Policy::slow_nb_send(entry, static_cast<Word>(slot - current->node));
}

} // namespace kernel::ipc
