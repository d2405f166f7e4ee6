// SPDX-License-Identifier: BSD-2-Clause
// Claiming and routing of interrupts, and the core's timer.
#include <arch/cpu.hpp>
#include <arch/devices.hpp>
#include <arch/interrupt.hpp>
#include <arch/timer.hpp>

#include <generic/contract/timer.hpp>
#include <generic/object/cpu.hpp>

namespace arch {

constinit Devices devices{};

namespace {

using platform::irqchip::IoApic;
using platform::irqchip::Redirection;

const IoApic* owner_of(unsigned number) {
    for (const IoApic& chip : devices.io_apics) {
        if (chip.owns(number))
            return &chip;
    }
    return nullptr;
}

void set_masked(unsigned number, bool masked) {
    if (const IoApic* chip = owner_of(number))
        chip->set_masked(number, masked);
}

// What is pending but not delivered: opens the door for one of them.
uint64_t take_vector() {
    kernel::Word& vector = current_cpu().scratch[1];
    if (vector == 0 && interrupt_pending())
        asm volatile("sti\n nop\n cli" ::: "memory", "rax");
    const uint64_t taken = vector;
    vector = 0;
    return taken;
}

} // namespace

unsigned claim_interrupt() {
    const uint64_t vector = take_vector();
    if (vector == 0)
        return no_interrupt;
    unsigned number = timer_interrupt;
    if (vector != layout::timer_vector) {
        number = static_cast<unsigned>(vector) - layout::first_line_vector;
        Line& line = devices.lines[number];
        // An edge is lost while its line is masked at the I/O APIC, so those are masked here only.
        if (line.level) {
            set_masked(number, true);
        } else if (line.masked) {
            line.missed = true;
            number = no_interrupt;
        }
        line.masked = true;
    }
    devices.local.end_of_interrupt();
    return number;
}

bool interrupt_pending() {
    return current_cpu().scratch[1] != 0 || devices.local.requested(layout::timer_vector) != 0 ||
           devices.local.requested(layout::timer_vector + 32) != 0;
}

unsigned interrupt_count() { return devices.line_count; }

void mask_interrupt(unsigned number) {
    // Nobody waits for it: an edge may be lost, but must not enter the kernel.
    devices.lines[number].masked = true;
    set_masked(number, true);
}

void unmask_interrupt(unsigned number) {
    Line& line = devices.lines[number];
    line.masked = false;
    set_masked(number, false);
    if (line.missed) {
        line.missed = false;
        devices.local.interrupt_self(static_cast<uint8_t>(layout::first_line_vector + number));
    }
}

bool configure_interrupt(unsigned number, cobnut::Trigger trigger) {
    const IoApic* chip = number < max_interrupts ? owner_of(number) : nullptr;
    if (chip == nullptr)
        return false;
    Line& line = devices.lines[number];
    line.level = trigger == cobnut::Trigger::firmware ? line.firmware_level
                                                      : trigger == cobnut::Trigger::level;
    line.masked = true;
    line.missed = false;
    chip->route(number, Redirection{}
                            .with<Redirection::Vector>(
                                static_cast<uint8_t>(layout::first_line_vector + number))
                            .with<Redirection::ActiveLow>(line.active_low)
                            .with<Redirection::Level>(line.level)
                            .with<Redirection::Destination>(devices.destination)
                            .set<Redirection::Masked>());
    return true;
}

kernel::Ticks ticks_per_second() { return devices.timer.frequency(); }

void set_deadline(kernel::Ticks deadline) {
    if (deadline == kernel::no_deadline)
        devices.timer.stop(devices.local);
    else
        devices.timer.set_deadline(devices.local, deadline);
}

} // namespace arch
