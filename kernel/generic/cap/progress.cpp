// SPDX-License-Identifier: BSD-2-Clause
// Preempted operations: how far each is, for the repetition of its system call.
#include <generic/cap/progress.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread.hpp>

namespace kernel::progress {

namespace {

/// The list stays in the order of its making.
void remove(uint32_t index) {
    Kernel& kernel = kernel_state;
    for (--kernel.progress_count; index < kernel.progress_count; ++index)
        kernel.progress[index] = kernel.progress[index + 1];
}

/// Which records are meant; null: of any slot, of any thread.
struct Which {
    const Slot* slot;
    const Thread* thread;
    bool any_work;
    LongWork work;

    bool matches(const Progress& record) const {
        return (slot == nullptr || record.slot == slot) && (thread == nullptr || record.thread == thread) &&
               (any_work || record.work == work);
    }
};

void remove_all(const Which& which) {
    for (uint32_t i = kernel_state.progress_count; i-- > 0;)
        if (which.matches(kernel_state.progress[i]))
            remove(i);
}

/// Makes room for a record of `thread`. False: all others are of higher priority.
bool make_room(const Thread& thread) {
    Kernel& kernel = kernel_state;
    if (kernel.progress_count < Kernel::max_progress)
        return true;
    uint32_t lowest = 0;
    for (uint32_t i = 1; i < Kernel::max_progress; ++i)
        if (kernel.progress[i].thread->priority() < kernel.progress[lowest].thread->priority())
            lowest = i;
    if (kernel.progress[lowest].thread->priority() > thread.priority())
        return false;
    remove(lowest);
    return true;
}

} // namespace

Progress* find(LongWork work, const Slot& slot, const Thread& thread) {
    const Which which{&slot, &thread, false, work};
    for (uint32_t i = 0; i < kernel_state.progress_count; ++i)
        if (which.matches(kernel_state.progress[i]))
            return &kernel_state.progress[i];
    return nullptr;
}

Progress* remember(LongWork work, Slot& slot, Thread& thread) {
    if (Progress* record = find(work, slot, thread))
        return record;
    if (!make_room(thread))
        return nullptr;
    Progress& record = kernel_state.progress[kernel_state.progress_count++];
    record = {&slot, &thread, work, 0, 0};
    return &record;
}

void forget(const Slot& slot) { remove_all({&slot, nullptr, true, {}}); }

void forget(LongWork work, const Slot& slot) { remove_all({&slot, nullptr, false, work}); }

void forget(const Thread& thread) { remove_all({nullptr, &thread, true, {}}); }

bool claim(const Slot& untyped, const Thread* thread) {
    const Which retypes{&untyped, nullptr, false, LongWork::retype};
    for (uint32_t i = kernel_state.progress_count; i-- > 0;)
        if (const Progress& record = kernel_state.progress[i];
            retypes.matches(record) && record.thread != thread) {
            if ((record.thread->gate & Gate::suspended) == 0)
                return false;
            remove(i);
        }
    return true;
}

void step_over(const Thread& thread, Thread* next) {
    for (uint32_t i = 0; i < kernel_state.progress_count; ++i) {
        Progress& record = kernel_state.progress[i];
        if (record.work == LongWork::cancel && record.done == reinterpret_cast<Word>(&thread))
            record.done = reinterpret_cast<Word>(next);
    }
}

} // namespace kernel::progress
