// SPDX-License-Identifier: BSD-2-Clause
// Binds the drivers of the board's list to console, interrupts, timer and power as the core knows them.
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/interrupt.hpp>
#include <generic/contract/memory.hpp>
#include <generic/contract/timer.hpp>

#include <arch/debug.hpp>
#include <arch/devices.hpp>
#include <board.gen.hpp>
#include <generic/base/attributes.hpp>
#include <platforms/one_of.hpp>

namespace arch {

constinit uint32_t timer_frequency = 0;

namespace {

constinit platform::OneOf<board::Consoles> console;
constinit platform::OneOf<board::InterruptControllers> controller;
constinit platform::OneOf<board::PowerControllers> power;
constinit unsigned timer_number = 0;

constexpr unsigned first_private = 16; // below: between cores

} // namespace

void console_put(char character) {
    console.visit([=](auto& driver) {
        if (character == '\n')
            driver.put('\r');
        driver.put(character);
    });
}

int console_get() {
    int character = -1;
    console.visit([&](auto& driver) { character = driver.get(); });
    return character;
}

bool console_listens() {
    return console.selected();
}

bool power_off() {
    power.visit([](auto& driver) { driver.power_off(); });
    return false;
}

bool reset() {
    power.visit([](auto& driver) { driver.reset(); });
    return false;
}

bool suspend() {
    bool slept = false;
    power.visit([&](auto& driver) { slept = driver.suspend(); });
    return slept;
}

unsigned interrupt_count() {
    unsigned count = 0;
    controller.visit([&](auto& driver) { count = driver.count(); });
    return count;
}

unsigned claim_interrupt() {
    unsigned claimed = no_interrupt;
    controller.visit([&](auto& driver) {
        const unsigned number = driver.acknowledge();
        if (number >= driver.count())
            return;
        if (number == timer_number) {
            claimed = timer_interrupt;
        } else if (number >= first_private) {
            claimed = number;
            driver.mask(number);
            dsb(); // masked before it may come again
        }
        driver.end(number);
    });
    return claimed;
}

void mask_interrupt(unsigned number) {
    controller.visit([=](auto& driver) { driver.mask(number); });
}

void unmask_interrupt(unsigned number) {
    controller.visit([=](auto& driver) { driver.unmask(number); });
}

bool configure_interrupt(unsigned number, cobnut::Trigger trigger) {
    if (number < first_private || number >= interrupt_count() || number == timer_number)
        return false;
    bool done = false;
    controller.visit([&](auto& driver) { done = driver.configure(number, trigger); });
    return done;
}

KERNEL_BOOT void start_console(const platform::fdt::Device& device) {
    if (!device.found())
        return;
    void* const registers = map_device(device.region[0].begin, layout::page_size);
    const auto base = reinterpret_cast<uintptr_t>(registers);
    console.select(device.driver);
    console.visit([&]<class Driver>(Driver& driver) { driver = Driver::from(device.node, base); });
}

KERNEL_BOOT void start_power(const platform::fdt::Discovery& discovery) {
    power.select(discovery.power.driver);
    power.visit([&](auto& driver) { driver.start(discovery.power, discovery.psci, map_device); });
}

KERNEL_BOOT const char* start_devices(const platform::fdt::Discovery& discovery) {
    controller.select(discovery.interrupt_controller.driver);
    const char* error = nullptr;
    controller.visit([&](auto& driver) { error = driver.start(discovery.interrupt_controller); });
    if (error != nullptr)
        return error;

    timer_number = discovery.timer.virtual_timer;
    timer_frequency = cp15::TimerFrequency::read();
    if (timer_number == 0)
        return "device tree: the generic timer has no virtual interrupt";
    if (timer_frequency == 0)
        return "generic timer: firmware left CNTFRQ at 0";
    init_debug();
    set_counter_access(false);
    cp15::PerformanceControl::write(1); // PMCR.E
    cp15::CounterEnable::write(uint32_t{1} << 31); // PMCNTENSET.C: the cycle counter
    set_deadline(kernel::no_deadline);
    cp15::VirtualTimerControl::write(1);
    unmask_interrupt(timer_number);
    return nullptr;
}

} // namespace arch
