// SPDX-License-Identifier: BSD-2-Clause
// The fastpath of system calls that end in the thread that made them: a send to an empty slot, a
// signal that nobody waits for, a yield with nobody to yield to.
#pragma once

#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#include <generic/cap/slot.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/variant.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/notification.hpp>
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
                if (slot->empty()) {
                    // The debug kernel tells of it on the slow path.
                    if (!debug::enabled && Policy::number_of(entry) == nb_send)
                        Policy::leave_with(
                            entry, cobnut::Tag::failure(Error::invalid_capability).raw());
                } else if (slot->type() == ObjectType::notification) [[likely]] {
                    if (may_signal(slot, current)) {
                        signal(slot);
                        if (Policy::number_of(entry) == send)
                            Policy::leave(entry, path);
                        Policy::leave_with(entry, cobnut::Tag::failure(Error::none).raw());
                    }
                    Policy::slow_with(entry, path, slot);
                } else {
                    Policy::slow_with(entry, path, slot);
                }
            }
        } else if (number == yield) {
            // Neither thread nor number stays in a register meanwhile: few ISAs have enough.
            const bool done = may_renew(arch::current_cpu());
            entry.current = arch::current_cpu().current;
            if (done)
                Policy::leave(entry, path);
            entry.number = yield;
        } else {
            slow_other(entry, path);
        }
        Policy::slow(entry, path);
    }

private:
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

    /// The right is there, and nobody waits.
    KERNEL_HOT static bool may_signal(const Slot* slot, const Thread* current) {
        if ((slot->object.rights_byte() & SlotRights::write) == 0)
            return false;
        const auto* notification = slot->pointer<Notification>();
        const Thread* bound = notification->bound;
        return notification->head == 0 &&
               (bound == nullptr || bound == current || bound->wait_kind() != Wait::receive);
    }
    KERNEL_HOT static void signal(const Slot* slot) {
        auto* notification = slot->pointer<Notification>();
        notification->flags |= slot->badge;
        notification->active = 1;
        if (notification->bound != nullptr) [[unlikely]]
            notification->bound->gate |= Gate::signal_pending;
    }

    /// Whether the slice ends before the deadline: by what is at hand anyway, or what is half as long.
    KERNEL_HOT static bool ends_early(Word slice, Ticks now, Ticks deadline) {
        if constexpr (sizeof(Word) == sizeof(Ticks))
            return now + slice < deadline;
        else
            return slice < static_cast<Word>(deadline) - static_cast<Word>(now);
    }

    /// Nobody of this priority is ready, the slice is round robin and a new one may begin, unless
    /// the timer would have to be written. If so, it has begun.
    KERNEL_HOT static bool may_renew(Cpu& cpu) {
        SchedContext& context = *cpu.sched_context;
        if ((cpu.gate & Gate::priority_mask) >= cpu.current->priority() || context.slices == 0)
            return false;
        const Ticks now = Policy::now();
        const auto slice = static_cast<Word>(context.budget); // and other lengths: see SliceSwitch
        if (now >= cpu.deadline || ends_early(slice, now, cpu.deadline))
            return false;
        const Ticks end = now + slice;
        // Committed.
        Refill* refill = context.refills();
        refill->when = now;
        refill->set_slice(slice);
        context.account += static_cast<Word>(end) - static_cast<Word>(cpu.slice_end);
        cpu.slice_end = end;
        return true;
    }
};

} // namespace kernel::ipc
