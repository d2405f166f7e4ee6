// SPDX-License-Identifier: BSD-2-Clause
// IrqControl, IrqHandler, IoPort and Firmware: their methods.
#include <generic/cap/deletion.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/cap/derive.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/cap/revocation.hpp>
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/interrupt.hpp>
#include <generic/debug/report.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/methods.hpp>

namespace kernel {

namespace {

using cobnut::Method;
using cobnut::Trigger;

Failure get_handler(Invocation& call) {
    const Word number = call.words[0];
    if (number >= arch::interrupt_count())
        return {Error::out_of_range, 0, static_cast<Word>(arch::interrupt_count() - 1)};
    if (call.words[1] > static_cast<Word>(Trigger::edge))
        return {Error::invalid_argument, 1, call.words[1]};
    KERNEL_TRY(to, lookup_slot(*call.capabilities[0], call.words[2], call.words[3]));
    if (!to->empty())
        return Error::slot_occupied;
    KERNEL_CHECK(revocation::check(call.slot));
    const auto irq = static_cast<unsigned>(number);
    if (irq::is_taken(irq))
        return Error::in_use;
    if (!arch::configure_interrupt(irq, static_cast<Trigger>(call.words[1])))
        return Error::not_supported;
    irq::take(irq);
    to->set(ObjectType::irq_handler, nullptr, rights_byte(Rights::all()), number);
    derivation::insert_child(call.slot, *to);
    return {};
}

/// The Notification's capability in the table of interrupts is a copy: emptied in one step unless
/// it is the last one and has waiters.
Failure clear_notification(Invocation& call, unsigned irq) {
    while (!cap::delete_step(call.cpu, kernel_state.irq_slots[irq]))
        if (arch::interrupt_pending())
            return error_preempted;
    return {};
}

Failure set_notification(Invocation& call, unsigned irq) {
    Slot* slot = call.capabilities[0];
    if (!slot->rights().write())
        return Error::missing_right;
    KERNEL_CHECK(check_derivable(*slot));
    KERNEL_CHECK(clear_notification(call, irq));
    derive(*slot, kernel_state.irq_slots[irq], Rights::all());
    arch::unmask_interrupt(irq);
    return {};
}

Failure check_ports(const Invocation& call) {
    if (!arch::has_io_ports)
        return Error::not_supported;
    const Word port = call.words[0];
    const Word bytes = call.words[1];
    if (bytes != 1 && bytes != 2 && bytes != 4)
        return {Error::invalid_argument, 1, bytes};
    const Word first = call.slot.badge >> 16;
    const Word last = call.slot.badge & 0xffff;
    if (port < first || port > last || bytes - 1 > last - port)
        return {Error::out_of_range, first, last};
    return {};
}

} // namespace

Failure invoke_irq_control(Invocation& call) {
    if (call.method == Method::irq_control_get)
        return get_handler(call);
    return Error::invalid_method;
}

Failure invoke_irq_handler(Invocation& call) {
    const auto irq = static_cast<unsigned>(call.slot.badge);
    switch (call.method) {
    case Method::irq_handler_acknowledge:
        if (!kernel_state.irq_slots[irq].empty())
            arch::unmask_interrupt(irq);
        return {};
    case Method::irq_handler_set_notification:
        return set_notification(call, irq);
    case Method::irq_handler_clear:
        arch::mask_interrupt(irq);
        return clear_notification(call, irq);
    default:
        return Error::invalid_method;
    }
}

Failure invoke_io_port(Invocation& call) {
    KERNEL_CHECK(check_ports(call));
    const auto port = static_cast<unsigned>(call.words[0]);
    const auto bytes = static_cast<unsigned>(call.words[1]);
    if (call.method == Method::io_port_read) {
        Word value = 0;
        if (!arch::io_read(port, bytes, value))
            return Error::not_supported;
        call.answer(value);
        return {};
    }
    if (call.method == Method::io_port_write)
        return arch::io_write(port, bytes, call.words[2]) ? Error::none : Error::not_supported;
    return Error::invalid_method;
}

Failure invoke_firmware(Invocation& call) {
    if (call.method == Method::firmware_power_off || call.method == Method::firmware_reset)
        debug::end_of_reports();
    if (call.method == Method::firmware_power_off)
        (void)arch::power_off();
    else if (call.method == Method::firmware_reset)
        (void)arch::reset();
    else if (call.method != Method::firmware_suspend)
        return Error::invalid_method;
    else if (arch::suspend())
        return {};
    return Error::not_supported;
}

} // namespace kernel
