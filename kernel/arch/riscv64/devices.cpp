// SPDX-License-Identifier: BSD-2-Clause
// Console, power, interrupt controller and timer: glue between the core and the drivers.
#include <arch/boot.hpp>
#include <arch/console.hpp>
#include <arch/csr.hpp>
#include <arch/fpu.hpp>
#include <arch/interrupt.hpp>
#include <arch/memory.hpp>
#include <arch/power.hpp>
#include <arch/timer.hpp>
#include <board.gen.hpp>
#include <generic/base/attributes.hpp>
#include <platforms/console.hpp>
#include <platforms/drivers/power/sbi_reset.hpp>
#include <platforms/drivers/timer/sbi_time.hpp>
#include <platforms/drivers/timer/sstc.hpp>
#include <platforms/one_of.hpp>

namespace arch {

constinit kernel::Ticks timebase = 0;

namespace {

constinit platform::OneOf<board::InterruptControllers> controller{};
constinit platform::Console<board::Consoles> console{};
constinit bool has_console = false;
constinit bool has_sstc = false;

using csr::Interrupts;

} // namespace

// The firmware's until the device tree has said where the board's own is, or if it has none.
void console_put(char character) {
    const auto put = [](char one) { has_console ? console.put(one) : platform::sbi::put(one); };
    if (character == '\n')
        put('\r');
    put(character);
}

int console_get() {
    return has_console ? console.get() : platform::sbi::get();
}

bool console_listens() {
    return true;
}

KERNEL_BOOT void start_console(platform::fdt::Discovery& discovery) {
    const platform::fdt::Device& device = discovery.console;
    if (platform::fdt::find_console(board::Consoles{}, discovery) != nullptr || !device.found())
        return;
    void* const registers = map_device(device.region[0].begin, page_size);
    has_console = console.select(device.node, reinterpret_cast<uintptr_t>(registers));
}

bool power_off() {
    platform::SbiReset{}.power_off();
    return false;
}

bool reset() {
    platform::SbiReset{}.reset();
    return false;
}

bool suspend() {
    return platform::SbiReset{}.suspend();
}

// A pending timer interrupt is ended by not listening to it until the next deadline is set: with
// the firmware's timer that saves a call.
unsigned claim_interrupt() {
    const uint64_t pending = csr::read_sip().raw() & csr::read_sie().raw();
    if (Interrupts{pending}.get<Interrupts::Timer>()) {
        csr::clear_sie(Interrupts{}.set<Interrupts::Timer>());
        return timer_interrupt;
    }
    unsigned number = 0;
    if (Interrupts{pending}.get<Interrupts::External>())
        controller.visit([&](auto& plic) { number = plic.claim(); });
    return number == 0 ? no_interrupt : number;
}

unsigned interrupt_count() {
    unsigned count = 0;
    controller.visit([&](auto& plic) { count = plic.count(); });
    return count;
}

void mask_interrupt(unsigned number) {
    controller.visit([&](auto& plic) { plic.mask(number); });
}

void unmask_interrupt(unsigned number) {
    controller.visit([&](auto& plic) { plic.unmask(number); });
}

bool configure_interrupt(unsigned number, cobnut::Trigger trigger) {
    bool done = false;
    if (number != 0 && number < interrupt_count())
        controller.visit([&](auto& plic) { done = plic.configure(number, trigger); });
    return done;
}

void set_deadline(kernel::Ticks deadline) {
    if (has_sstc)
        platform::Sstc::set(deadline);
    else
        platform::SbiTime::set(deadline);
    csr::set_sie(Interrupts{}.set<Interrupts::Timer>());
}

KERNEL_BOOT const char* start_devices(platform::fdt::Discovery& discovery, uint64_t hart) {
    if (discovery.timebase == 0)
        return "device tree: /cpus has no timebase-frequency";
    timebase = discovery.timebase;
    controller.select(discovery.interrupt_controller.driver);
    const char* error = nullptr;
    controller.visit([&](auto& plic) { error = plic.start(discovery.interrupt_controller, hart); });
    if (error != nullptr)
        return error;
    for (unsigned n = 0; n < discovery.core_count; ++n)
        if (discovery.core[n].id == hart) {
            has_sstc = platform::Sstc::detect(discovery.core[n].node);
            find_fpu(platform::fdt::has_double(discovery.core[n].node));
        }
    if (!has_sstc && !platform::SbiTime::detect())
        return "the firmware has no timer (SBI TIME), nor has the hart one (Sstc)";
    return nullptr;
}

} // namespace arch
