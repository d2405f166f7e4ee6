// SPDX-License-Identifier: BSD-2-Clause
// Glue between the core and the GIC driver; the timer's interrupt is the kernel's own.
#include <arch/interrupt.hpp>
#include <arch/machine.hpp>

namespace arch {

namespace {

constexpr unsigned first_private = 16; // below: between cores
constexpr unsigned first_special = 1020;

bool is_users(unsigned number) {
    return number >= first_private && number < interrupt_count() && number != machine.timer_number;
}

} // namespace

unsigned claim_interrupt() {
    unsigned result = no_interrupt;
    machine.interrupt_controller.visit([&](const auto& controller) {
        const unsigned number = controller.acknowledge();
        if (number >= first_special)
            return;
        if (number == machine.timer_number) {
            result = timer_interrupt;
        } else if (number >= first_private) {
            controller.mask(number);
            result = number;
        }
        controller.end(number);
    });
    return result;
}

unsigned interrupt_count() {
    unsigned count = 0;
    machine.interrupt_controller.visit([&](const auto& controller) { count = controller.count(); });
    return count;
}

void mask_interrupt(unsigned number) {
    machine.interrupt_controller.visit([&](const auto& controller) { controller.mask(number); });
}

void unmask_interrupt(unsigned number) {
    machine.interrupt_controller.visit([&](const auto& controller) { controller.unmask(number); });
}

bool configure_interrupt(unsigned number, cobnut::Trigger trigger) {
    bool done = false;
    if (is_users(number))
        machine.interrupt_controller.visit(
            [&](const auto& controller) { done = controller.configure(number, trigger); });
    return done;
}

} // namespace arch
