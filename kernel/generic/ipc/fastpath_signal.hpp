// SPDX-License-Identifier: BSD-2-Clause
// The fastpath of a non-blocking signal, and of a send of words that registers hold, that a waiting thread of a higher
// priority gets. The arguments of the system call are still in registers: the message goes on in them, and an answer
// takes their place in the sender's object.
#pragma once

#include <cobnut/abi/syscall.hpp>
#include <generic/cap/slot.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/ipc/fastpath_switch.hpp>

namespace kernel::ipc {

/// Stored are the voluntary frame and the arguments behind the words. The slot is a Notification that may be signalled
/// and in whose queue somebody waits, or an Endpoint that may be sent to.
template <class Policy, bool signals>
[[noreturn]] KERNEL_HOT void send_in_registers(const Slot* given) {
    auto found = Policy::found(given); // no constant: GCC would keep it in memory
    Thread* current = found.current;
    const Slot* slot = found.slot;
    constexpr bool roomy = Policy::keeps_buffers; // else what can be loaded again is not kept in a register
    auto entry = Policy::entry_of(current);
    Cpu& cpu = arch::current_cpu();
    Thread* to = queue_first(found.head);
    opaque(to);
    do {
        if (!signals && (to == nullptr || (found.head & Endpoint::senders) != 0))
            break;
        Word gate = current->gate; // whole: no half is extended
        opaque(gate);
        const typename Policy::Space space{to->space};
        // The only ring: no other one follows, and who is first in the queue follows none.
        if (!outranks(cpu, *to, static_cast<uint32_t>(gate)) || !Policy::may_switch_space(space) ||
            to->lower != nullptr) [[unlikely]]
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
        dequeue(roomy ? *found.queue : *slot->pointer<Word>(), *to);
        if constexpr (!roomy)
            gate = current->gate;
        opaque(gate);
        if (signals || Policy::number_of(found, current) != static_cast<Word>(cobnut::Syscall::send))
            put_answer(current->registers);
        else
            Policy::keep_message(entry, current); // its results are its arguments, the capability stored already
        Cpu& core = arch::current_cpu(); // anew behind each join: GCC would copy its register
        current->frame_kind = FrameKind::arguments;
        enqueue_first(core, *current, gate);
        Cpu& own = arch::current_cpu();
        to->frame_kind = FrameKind::running;
        if (contexts.commit(own, current)) [[unlikely]] {
            to->registers.set_badge(slot->badge);
            if constexpr (signals)
                Policy::template continue_in<signal_with_timer>(to, &own);
            Policy::keep_message(entry, to);
            Policy::template continue_in<go_with_timer>(to, &own);
        }
        own.current = to;
        Policy::switch_space(entry, roomy ? space : typename Policy::Space{to->space});
        if constexpr (signals)
            Policy::leave_with_signal(to, slot->badge);
        else
            Policy::leave(entry, to, slot->badge);
    } while (false);
    const Word number = signals ? static_cast<Word>(cobnut::Syscall::nb_send) : Policy::number_of(found, current);
    Policy::slow_send(entry, static_cast<Word>(slot - current->node), number);
}

} // namespace kernel::ipc
