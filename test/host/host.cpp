// SPDX-License-Identifier: BSD-2-Clause
// The simulated machine.
#include <arch/cpu.hpp>
#include <arch/interrupt.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

namespace arch {

namespace host {

namespace {
alignas(1 << 21) unsigned char memory[ram_bytes];
} // namespace

bool fastpaths = true;
Machine machine;
kernel::Cpu* cpu = nullptr;
unsigned char* const ram = memory;

} // namespace host

using host::machine;

void leave(kernel::Thread& thread) {
    thread.gate &= ~kernel::Gate::full_frame;
    throw host::Left{&thread};
}
void leave_full(kernel::Thread& thread) { leave(thread); }

void stop() { throw host::Stopped{machine.console}; }

bool interrupt_pending() {
    ++machine.polls;
    return machine.preempt_every != 0 && machine.polls % machine.preempt_every == 0;
}

void wait_for_interrupt() {
    if ((machine.raised & ~machine.masked).any() || machine.now >= machine.deadline)
        return;
    if (machine.deadline == ~kernel::Ticks{0})
        throw host::NothingToDo{};
    machine.now = machine.deadline;
}

unsigned claim_interrupt() {
    if (machine.now >= machine.deadline) {
        machine.deadline = ~kernel::Ticks{0};
        return timer_interrupt;
    }
    for (unsigned line = 0; line < host::interrupt_lines; ++line) {
        if (!machine.raised[line] || machine.masked[line])
            continue;
        machine.raised[line] = false;
        machine.masked[line] = true;
        return line;
    }
    return no_interrupt;
}

} // namespace arch
