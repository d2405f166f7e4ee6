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

/// Hides from the compiler how a value came about: it would compute it again, or test where it came from.
KERNEL_HOT void opaque(auto& value) { asm("" : "+r"(value)); }

/// The running thread goes to the front of the ready threads of its priority, which is the highest.
KERNEL_HOT void enqueue_first(Cpu& cpu, Thread& thread) {
    ReadyQueue& queue = cpu.ready;
    uint32_t gate = thread.gate;
    opaque(gate);
    const Word priority = gate & Gate::priority_mask;
    Thread* first = queue.first[priority];
    thread.wait = Wait::nothing;
    thread.queued = 1;
    if (first == nullptr) [[likely]] {
        const Word word = priority / 32;
        queue.occupied[word] |= uint32_t{1} << (priority % 32);
        queue.summary |= uint32_t{1} << word;
        cpu.gate = (cpu.gate & ~Gate::priority_mask) | (gate & Gate::priority_mask);
    } else {
        thread.next = first;
        thread.prev = first->prev;
        first->prev->next = &thread;
        first->prev = &thread;
    }
    queue.first[priority] = &thread;
}

/// Whether the whole message travels, and no capability.
KERNEL_HOT bool is_plain(Word shape, const Thread& from, const Thread& to) {
    return shape <= message_words || (shape <= cobnut::max_message_words && has_buffers(from, to));
}

/// The message goes there, where the answer takes its place.
KERNEL_HOT const Word* keep(const Word* message, arch::Registers& registers) {
    registers.set_tag(message[0]);
    for (unsigned i = 0; i < message_words; ++i)
        registers.set_message(i, message[1 + i]);
    return registers.tag_and_words();
}

/// What a non-blocking send gives that went through.
KERNEL_HOT void put_answer(arch::Registers& registers) {
    registers.set_badge(0);
    registers.set_tag(Tag::failure(Error::none).raw());
#pragma GCC unroll 8
    for (unsigned i = 0; i < message_words; ++i)
        registers.set_message(i, 0);
}

[[noreturn]] KERNEL_HOT void go(Cpu& cpu, Thread* to, Word badge, const Word* message) {
    Thread* from = cpu.current;
    cpu.current = to;
    to->frame_kind = FrameKind::running;
    arch::FastPolicy::switch_space({from, 0}, to->space);
    arch::FastPolicy::leave_with(to, badge, message);
}
[[noreturn, gnu::noinline, gnu::cold]] void go_with_timer(Thread* to, Word badge, const Word* message) {
    Cpu& cpu = arch::current_cpu();
    sched::set_timer(cpu);
    go(cpu, to, badge, message);
}

/// Returns if this is not for it. There is no call on the way: nothing has to be saved for one.
KERNEL_HOT void send_to_waiter(Cpu& cpu, const Slot& slot, Word form) {
    Thread& current = *cpu.current;
    if ((slot.object.rights_byte() & SlotRights::write) == 0)
        return;
    const bool signals = slot.type() == ObjectType::notification;
    if (!signals && slot.type() != ObjectType::endpoint)
        return;
    // Both begin with their queue's word.
    Word* head = slot.pointer<Word>();
    Thread* to = queue_first(*head);
    opaque(to);
    const Word* message;
    Word shape = 0;
    if (signals) [[likely]] {
        message = signal_message;
        if (to == nullptr) [[unlikely]] {
            to = slot.pointer<Notification>()->bound;
            if (to == nullptr || to == &current || to->wait_kind() != Wait::receive || to->higher != nullptr)
                return;
            head = to->waits_on<Word>();
        }
    } else {
        message = current.registers.tag_and_words();
        shape = *message & Tag::shape_mask;
        if (to == nullptr || (*head & Endpoint::senders) != 0 || !is_plain(shape, current, *to))
            return;
    }
    // The only ring: no other one follows, and who is first in the queue follows none.
    if (to->priority() <= current.priority() || !may_run(cpu, to->gate) || !has_space(*to) || to->lower != nullptr)
        return;
    SliceSwitch contexts{to->sched_context};
    if (!may_switch(contexts, cpu, *to))
        return;

    // Committed.
    dequeue(*head, *to);
    if (form == static_cast<Word>(Syscall::nb_send)) [[likely]] {
        if (!signals) [[unlikely]] {
            copy_rest(current, *to, shape);
            message = keep(message, to->registers);
        }
        put_answer(current.registers);
    } else {
        copy_rest(current, *to, shape);
    }
    enqueue_first(cpu, current);
    contexts.commit(cpu, &current);
    if (is_timer_late(cpu)) [[unlikely]]
        go_with_timer(to, slot.badge, message);
    go(cpu, to, slot.badge, message);
}

/// An interrupt that signals through the slot.
[[noreturn]] void slow_interrupt(const Slot* slot) {
    slow::interrupt(static_cast<unsigned>(slot - kernel_state.irq_slots));
}

} // namespace

} // namespace kernel::ipc

void kernel_send(const kernel::Slot* slot, kernel::Word number) {
    using namespace kernel;
    Cpu& cpu = arch::current_cpu();
    static_assert(FrameKind::full == FrameKind{static_cast<uint8_t>(FrameKind::arguments) + 1});
    cpu.current->frame_kind = static_cast<FrameKind>(
        static_cast<Word>(FrameKind::arguments) + number / ipc::interrupted);
    if (COBNUT_FASTPATH)
        ipc::send_to_waiter(cpu, *slot, number);
    if (number == ipc::interrupted)
        arch::FastPolicy::continue_in<ipc::slow_interrupt>(slot, &cpu);
    arch::FastPolicy::continue_in<slow::system_call>(number, &cpu);
}

void kernel_interrupt() {
    using namespace kernel;
    const unsigned number = arch::claim_interrupt();
    if (const Slot* slot = irq::signal_slot(number); slot != nullptr)
        kernel_send(slot, ipc::interrupted);
    arch::current_cpu().current->frame_kind = FrameKind::full;
    slow::interrupt(number);
}
