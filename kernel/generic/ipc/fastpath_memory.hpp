// SPDX-License-Identifier: BSD-2-Clause
// Calls on a Frame that memory answers at once, with the arguments of the system call still in registers: an answer
// takes their place, and nobody has to store them.
#pragma once

#include <generic/contract/cpu.hpp>
#include <generic/ipc/fastpath_switch.hpp>
#include <generic/mm/page_at_once.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::ipc {

/// The call that was not for the fastpath of calls. Stored is the voluntary frame.
template <class Policy>
[[noreturn]] KERNEL_HOT void call_in_registers(Word path) {
    struct Arguments {
        typename Policy::Entry entry;
        KERNEL_HOT Word tag() const { return Policy::tag(entry); }
        KERNEL_HOT Word message(unsigned index) const { return Policy::message(entry, index); }
    };
    Thread* const current = Policy::running();
    const Arguments arguments{Policy::entry_of(current)};
    Slot* slot = near_slot(*current, path);
    if (slot == nullptr || Policy::is_traced(*current)) [[unlikely]]
        Policy::slow_call(arguments.entry, path);
    if (slot->type() == ObjectType::frame && !is_recorded(arch::current_cpu()) && kernel_state.progress_count == 0 &&
        mm::PageAtOnce<Arguments>{arguments, *current, *slot}.done())
        Policy::leave_with_answer(arguments.entry, cobnut::Tag(0, 0).raw());
    Policy::slow_call_on(arguments.entry, path, slot);
}

} // namespace kernel::ipc
