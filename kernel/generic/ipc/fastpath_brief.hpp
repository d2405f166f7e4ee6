// SPDX-License-Identifier: BSD-2-Clause
// The fastpath of system calls that end in the thread that made them: a send to an empty slot, a
// signal that nobody waits for, a yield with nobody to yield to.
#pragma once

#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#include <generic/cap/slot.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/variant.hpp>
#include <generic/ipc/slice_switch.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

/// As the other fastpaths: checks that leave no trace, then stores. No frame is written: what the
/// contract preserves has not been touched.
template <class Policy>
struct BriefPath {
    [[noreturn]] KERNEL_HOT static void go(typename Policy::Entry entry, Word path) {
        // Words: an 8-bit number would be extended first.
        const Word number = Policy::number_of(entry);
        constexpr auto send = static_cast<Word>(cobnut::Syscall::send);
        constexpr auto nb_send = static_cast<Word>(cobnut::Syscall::nb_send);
        constexpr auto yield = static_cast<Word>(cobnut::Syscall::yield);
        if (!COBNUT_FASTPATH || Policy::is_traced(entry) || is_recorded()) [[unlikely]]
            slow_other(entry, path);
        if (number == nb_send || number == send) [[likely]] {
            Thread* current = entry.current;
            if (path < current->node_size) [[likely]] {
                const Slot* slot = current->node + path;
                if (slot->object.may_signal()) [[likely]] {
                    if (const Word head = slot->pointer<Notification>()->head; head != 0)
                        slow_signal(entry, path, slot, head);
                    if (is_unheeded(slot, current)) {
                        signal(slot);
                        if (Policy::number_of(entry) == send)
                            Policy::leave(entry, path);
                        Policy::leave_with(entry, cobnut::Tag::failure(Error::none).raw());
                    }
                    slow_send(entry, path, slot);
                }
                if (Slot::wide && slot->empty())
                    refuse(entry, path);
                if (Slot::wide || slot->object.may_send())
                    slow_message(entry, path, slot);
                if (slot->empty())
                    refuse(entry, path);
            }
        } else if (number == yield) {
            // Neither thread nor number stays in a register meanwhile: few ISAs have enough.
            const bool done = may_renew(arch::current_cpu(), entry.current);
            entry.current = arch::current_cpu().current;
            if (done)
                Policy::leave(entry, path);
            if constexpr (requires { Policy::slow_yield(entry, path); })
                Policy::slow_yield(entry, path);
            entry.number = yield;
        } else {
            slow_other(entry, path);
        }
        Policy::slow(entry, path);
    }

private:
    template <class P>
    static constexpr bool apart = requires { &P::template slow_with<kernel_signal>; };

    /// The slot is empty.
    [[noreturn]] KERNEL_HOT static void refuse(const auto& entry, Word path) {
        // The debug kernel tells of it on the slow path.
        if (!debug::enabled && Policy::number_of(entry) == static_cast<Word>(cobnut::Syscall::nb_send))
            Policy::leave_with(entry, cobnut::Tag::failure(Error::invalid_capability).raw());
        Policy::slow(entry, path);
    }

    // Some ISAs have paths of their own for what is known of the slot.

    [[noreturn]] KERNEL_HOT static void slow_send(const auto& entry, Word path, const Slot* slot) {
        if constexpr (apart<Policy>)
            Policy::template slow_with<kernel_send>(entry, path, slot);
        else
            Policy::slow_with(entry, path, slot);
    }
    /// A signal that somebody waits for.
    [[noreturn]] KERNEL_HOT static void slow_signal(const auto& entry, Word path, const Slot* slot,
                                                    [[maybe_unused]] Word head) {
        if constexpr (requires { Policy::slow_signal(entry, slot, slot->pointer<Word>(), head); })
            if (Policy::number_of(entry) == static_cast<Word>(cobnut::Syscall::nb_send)) [[likely]]
                Policy::slow_signal(entry, slot, slot->pointer<Word>(), head);
        if constexpr (apart<Policy>)
            Policy::template slow_with<kernel_signal>(entry, path, slot);
        else
            Policy::slow_with(entry, path, slot);
    }
    /// A message; without bits in the object word also what cannot be sent to.
    [[noreturn]] KERNEL_HOT static void slow_message(const auto& entry, Word path, const Slot* slot) {
        if constexpr (requires { Policy::slow_message(entry, path, slot, slot->pointer<Word>(), path); })
            if (slot->object.may_send() && (Policy::tag(entry) & cobnut::Tag::shape_mask) <= Policy::message_words)
                Policy::slow_message(entry, path, slot, slot->pointer<Word>(), slot->pointer<Endpoint>()->head);
        if constexpr (!apart<Policy>) {
            Policy::slow_with(entry, path, slot);
        } else {
            if (Slot::wide && !slot->object.may_send())
                Policy::slow(entry, path);
            if ((Policy::tag(entry) & cobnut::Tag::shape_mask) > Policy::message_words) [[unlikely]]
                Policy::template slow_with<kernel_send>(entry, path, slot);
            Policy::template slow_with<kernel_message>(entry, path, slot);
        }
    }

    /// The number may be one that there is not: some ISAs' full frame wants more of the registers.
    [[noreturn]] KERNEL_HOT static void slow_other(const auto& entry, Word path) {
        if constexpr (requires { Policy::slow_other(entry, path); })
            Policy::slow_other(entry, path);
        else
            Policy::slow(entry, path);
    }

    /// A trace runs. The other fastpaths see it by the gate, which this one does not ask.
    KERNEL_HOT static bool is_recorded() {
        if constexpr (trace::enabled)
            return (arch::current_cpu().gate & Gate::traced_cpu) != 0;
        else
            return false;
    }

    /// Nobody waits for the Notification, whose queue is empty.
    KERNEL_HOT static bool is_unheeded(const Slot* slot, const Thread* current) {
        const auto* notification = slot->pointer<Notification>();
        const Thread* bound = notification->bound;
        return bound == nullptr || KERNEL_APART(bound) == current || bound->wait_kind() != Wait::receive;
    }
    KERNEL_HOT static void signal(const Slot* slot) {
        auto* notification = slot->pointer<Notification>();
        notification->flags |= slot->badge;
        notification->active = 1;
        if (Thread* bound = notification->bound; bound != nullptr) [[unlikely]] {
            bound->gate |= Gate::signal_pending;
            bound->reply->path = Reply::no_path; // see there
        }
    }

    /// Nobody of this priority is ready, the slice is round robin and a new one may begin, unless
    /// the timer would have to be written. If so, it has begun.
    KERNEL_HOT static bool may_renew(Cpu& cpu, const Thread* current) {
        if constexpr (!apart<Policy>)
            current = cpu.current;
        if ((cpu.gate & Gate::priority_mask) >= current->priority())
            return false;
        SchedContext& context = *cpu.sched_context;
        const Ticks late = Policy::now() - cpu.switch_until;
        const Word since = SliceSwitch::one(static_cast<Word>(late));
        const auto slice = static_cast<Word>(context.budget);
        if (!SliceSwitch::fits(late, since, slice))
            return false;
        const Word beyond = slice + since;
        // Committed.
        set_low_word(context.slice.amount, slice);
        context.account += static_cast<Word>(beyond - static_cast<Word>(cpu.slice_beyond));
        set_low_word(cpu.slice_beyond, beyond);
        return true;
    }
};

} // namespace kernel::ipc
