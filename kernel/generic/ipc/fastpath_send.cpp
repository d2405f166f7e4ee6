// SPDX-License-Identifier: BSD-2-Clause
// The fastpath of sends, signals and interrupts that a waiting thread of a higher priority gets:
// who runs is preempted. Checks that leave no trace, then stores; the message goes from the sender's
// object, where the stub has stored it, into the registers of the thread that runs next.
#include <cobnut/abi/syscall.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/interrupt.hpp>
#include <generic/ipc/fastpath_switch.hpp>
#include <generic/ipc/slow_entry.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/notification.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::ipc {

namespace {

using cobnut::Syscall;
using cobnut::Tag;

constexpr unsigned message_words = arch::Registers::message_words;

/// In the place of a system call's number: an interrupt signals.
constexpr Word interrupted = 16;
static_assert(interrupted >= cobnut::syscall_count);

/// Tag and words.
constexpr Word signal_message[1 + message_words] = {Tag(0, 0, 0, cobnut::Kind::signal).raw()};

/// Whether the whole message travels, and no capability.
KERNEL_HOT bool is_plain(Word shape, const Thread& from, const Thread& to) {
    return shape <= message_words || (shape <= cobnut::max_message_words && has_buffers(from, to));
}

/// The message goes there, where something else takes its place.
KERNEL_HOT const Word* keep(const Word* message, arch::Registers& registers) {
    registers.set_tag(message[0]);
    for (unsigned i = 0; i < message_words; ++i)
        registers.set_message(i, message[1 + i]);
    return registers.tag_and_words();
}

[[noreturn]] KERNEL_HOT void go(Cpu& cpu, Thread* to, Word badge, const Word* message) {
    Thread* from = cpu.current;
    cpu.current = to;
    to->frame_kind = FrameKind::running;
    arch::FastPolicy::switch_space({from, 0}, arch::FastPolicy::Space{to->space});
    arch::FastPolicy::leave_with(to, badge, message);
}
[[maybe_unused, noreturn, gnu::noinline, gnu::cold]] void go_late(Thread* to, Word badge, const Word* message) {
    Cpu& cpu = arch::current_cpu();
    sched::set_timer(cpu);
    go(cpu, to, badge, message);
}

/// What is known of the slot: nothing; a Notification that may be signalled and has somebody in its queue; an
/// Endpoint through which may be sent, and the words fit into registers; a Notification that an interrupt signals.
enum class Known : uint8_t { nothing, signal, message, interrupt };

/// What the thread leaves behind that goes.
template <Known known>
constexpr FrameKind kind_of_frame(Word form) {
    static_assert(FrameKind::full == FrameKind{static_cast<uint8_t>(FrameKind::arguments) + 1});
    if constexpr (known == Known::nothing)
        return static_cast<FrameKind>(static_cast<Word>(FrameKind::arguments) + form / interrupted);
    else
        return known == Known::interrupt ? FrameKind::full : FrameKind::arguments;
}

/// Returns if this is not for it. There is no call on the way: nothing has to be saved for one.
template <Known known>
KERNEL_HOT void send_to_waiter(Cpu& cpu, const Slot& slot, Word form) {
    Thread& current = *cpu.current;
    const bool signals = known == Known::nothing ? slot.object.may_signal() : known != Known::message;
    if (known == Known::nothing && !signals && !slot.object.may_send())
        return;
    // Both begin with their queue's word.
    Word* head = slot.pointer<Word>();
    Thread* to = queue_first(*head);
    opaque(to);
    const Word* message;
    Word shape = 0;
    if (signals) [[likely]] {
        message = signal_message;
        if (known != Known::signal && to == nullptr) [[unlikely]] {
            to = slot.pointer<Notification>()->bound;
            if (to == nullptr || to == &current || to->wait_kind() != Wait::receive || to->higher != nullptr)
                return;
            head = to->waits_on<Word>();
        }
    } else {
        message = current.registers.tag_and_words();
        if (known != Known::message)
            shape = *message & Tag::shape_mask;
        if (to == nullptr || (*head & Endpoint::senders) != 0 || !is_plain(shape, current, *to))
            return;
    }
    // The only ring: no other one follows, and who is first in the queue follows none.
    uint32_t gate = current.gate;
    if constexpr (arch::FastPolicy::inserts_bytes)
        opaque(gate);
    if (!may_preempt(cpu, *to, gate) || to->lower != nullptr)
        return;
    SliceSwitch contexts{to->sched_context};
    if (!may_switch(contexts, cpu, *to))
        return;

    // Committed. What can be loaded or computed again has not been kept in a register.
    if constexpr (arch::FastPolicy::paths_apart)
        opaque(head);
    if constexpr (!arch::FastPolicy::inserts_bytes)
        gate = current.gate;
    opaque(gate);
    dequeue(*head, *to);
    if (known != Known::interrupt && form == static_cast<Word>(Syscall::nb_send)) [[likely]] {
        KERNEL_BRANCH;
        if (!signals) [[unlikely]] {
            copy_rest(current, *to, shape);
            message = keep(message, to->registers);
        }
        put_answer(current.registers);
    } else {
        copy_rest(current, *to, shape);
    }
    if constexpr (known != Known::nothing)
        current.frame_kind = kind_of_frame<known>(form);
    enqueue_first(cpu, current, gate);
    if (contexts.commit(cpu, &current)) [[unlikely]] {
        if constexpr (!arch::FastPolicy::paths_apart)
            go_late(to, slot.badge, message);
        to->registers.set_badge(slot.badge);
        keep(message, to->registers);
        arch::FastPolicy::continue_in<go_with_timer>(to, &cpu);
    }
    go(cpu, to, slot.badge, message);
}

/// Whether interrupts have a path of their own.
template <class Policy>
constexpr bool interrupts_apart = Policy::paths_apart || requires { Policy::interrupts_apart; };

/// An interrupt that signals through the slot.
[[noreturn]] void slow_interrupt(const Slot* slot) {
    slow::interrupt(static_cast<unsigned>(slot - kernel_state.irq_slots));
}

template <Known known>
[[noreturn]] KERNEL_HOT void send(const Slot* slot, Word number) {
    Cpu& cpu = arch::current_cpu();
    if constexpr (known == Known::nothing)
        cpu.current->frame_kind = kind_of_frame<known>(number);
    if (COBNUT_FASTPATH)
        send_to_waiter<known>(cpu, *slot, number);
    if constexpr (known != Known::nothing)
        cpu.current->frame_kind = kind_of_frame<known>(number);
    if (known == Known::interrupt || (known == Known::nothing && number == interrupted))
        arch::FastPolicy::continue_in<slow_interrupt>(slot, &cpu);
    arch::FastPolicy::continue_in<slow::system_call>(number, &cpu);
}

} // namespace

[[gnu::cold]] void signal_with_timer(Thread* to) { go_late(to, to->registers.capability(), signal_message); }

} // namespace kernel::ipc

using kernel::ipc::Known;

void kernel_send(const kernel::Slot* slot, kernel::Word number) {
    kernel::ipc::send<Known::nothing>(slot, number);
}
void kernel_signal(const kernel::Slot* slot, kernel::Word number) {
    kernel::ipc::send<Known::signal>(slot, number);
}
void kernel_message(const kernel::Slot* slot, kernel::Word number) {
    kernel::ipc::send<Known::message>(slot, number);
}

void kernel_interrupt() {
    using namespace kernel;
    const unsigned number = arch::claim_interrupt();
    if (const Slot* slot = irq::signal_slot(number); slot != nullptr) {
        if constexpr (!ipc::interrupts_apart<arch::FastPolicy>)
            kernel_send(slot, ipc::interrupted);
        else if (slot->object.may_signal())
            ipc::send<Known::interrupt>(slot, ipc::interrupted);
    }
    arch::current_cpu().current->frame_kind = FrameKind::full;
    slow::interrupt(number);
}
