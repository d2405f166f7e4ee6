// SPDX-License-Identifier: BSD-2-Clause
// The Raspberry Pi's interrupt controllers and watchdog on simulated registers, and how the
// interrupts of a device tree are numbered.
#include <platforms/drivers/irqchip/bcm2836.hpp>
#include <platforms/drivers/power/bcm2835_watchdog.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <utility>
#include <vector>

namespace {

using cobnut::Trigger;

// Both controllers: lines go up and down, enables gate what is seen as pending.
struct Model {
    uint32_t local_lines = 0;
    uint32_t local_enabled = 0;
    uint32_t lines[3] = {};
    uint32_t enabled[3] = {~0u, ~0u, ~0u};
    uint32_t routed_to = 9;
    unsigned core = 2;

    uint32_t pending(unsigned bank) const { return lines[bank] & enabled[bank]; }
    uint32_t source() const {
        const bool devices = pending(0) != 0 || pending(1) != 0 || pending(2) != 0;
        return (local_lines & local_enabled) | uint32_t{devices && routed_to == core} << 8;
    }
    // QA7 4.6 to 4.10
    uint32_t read_local(size_t offset) const {
        if (offset == 0x40 + 4 * core)
            return local_enabled & 0xf;
        REQUIRE(offset == 0x60 + 4 * core);
        return source();
    }
    void write_local(size_t offset, uint32_t value) {
        if (offset == 0x0c)
            routed_to = value;
        else if (offset == 0x10 && (value >> core & 1) != 0)
            local_enabled |= 1u << 9;
        else if (offset == 0x14 && (value >> core & 1) != 0)
            local_enabled &= ~(1u << 9);
        else if (offset == 0x40 + 4 * core)
            local_enabled = (local_enabled & ~0xfu) | (value & 0xf);
        else
            FAIL("no such register of this core: " << offset);
    }
    // BCM2835 7.5: basic pending sums the banks up in bits 8 and 9.
    uint32_t read_devices(size_t offset) const {
        REQUIRE(offset <= 8);
        if (offset != 0)
            return pending(static_cast<unsigned>(offset / 4));
        return (pending(0) & 0xff) | uint32_t{pending(1) != 0} << 8 |
               uint32_t{pending(2) != 0} << 9;
    }
    void write_devices(size_t offset, uint32_t value) {
        if (offset == 0x0c)
            return; // no fast interrupt
        REQUIRE(offset >= 0x10);
        REQUIRE(offset <= 0x24);
        const bool on = offset < 0x1c;
        const unsigned place = static_cast<unsigned>((offset - (on ? 0x10 : 0x1c)) / 4);
        uint32_t& bank = enabled[(place + 1) % 3]; // banks 1, 2, 0
        bank = on ? bank | value : bank & ~value;
    }
};

struct Access {
    Model* model = nullptr;
    bool local = false;

    template <std::unsigned_integral Raw>
    Raw read(size_t offset) const {
        return local ? model->read_local(offset) : model->read_devices(offset);
    }
    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) const {
        local ? model->write_local(offset, value) : model->write_devices(offset, value);
    }
};

using Controller = platform::BasicBcm2836<Access>;

Controller started(Model& model) {
    Controller controller{Access{&model, true}, Access{&model, false}};
    controller.quiet(model.core);
    return controller;
}

constexpr std::pair<unsigned, unsigned> lines_of_banks[] = {{0, 0}, {0, 7}, {1, 0}, {1, 29},
                                                           {2, 0}, {2, 25}, {2, 31}};

} // namespace

TEST_CASE("BCM2836: all is masked at first and routed to the core that starts", "[irq]") {
    Model model;
    model.local_lines = 0x20f;
    for (uint32_t& bank : model.lines)
        bank = ~0u;
    const Controller controller = started(model);
    CHECK(model.routed_to == 2);
    CHECK(controller.acknowledge() == Controller::none);
}

TEST_CASE("BCM2835: a line of each bank comes under its number, until it is masked", "[irq]") {
    for (const auto& [bank, line] : lines_of_banks) {
        Model model;
        const Controller controller = started(model);
        const unsigned number = 32 + 32 * bank + line;
        REQUIRE(controller.configure(number, Trigger::level));
        model.lines[bank] = 1u << line;
        CHECK(controller.acknowledge() == Controller::none);
        controller.unmask(number);
        CHECK(controller.acknowledge() == number);
        controller.mask(number);
        CHECK(controller.acknowledge() == Controller::none);
        model.lines[bank] = 0;
        controller.unmask(number);
        CHECK(controller.acknowledge() == Controller::none);
    }
}

TEST_CASE("BCM2836: timers and counters of the core go before devices", "[irq]") {
    Model model;
    const Controller controller = started(model);
    controller.unmask(16 + 3);
    controller.unmask(16 + 9);
    controller.unmask(64 + 29);
    model.lines[1] = 1u << 29;
    CHECK(controller.acknowledge() == 64 + 29);
    model.local_lines = 1u << 9;
    CHECK(controller.acknowledge() == 16 + 9);
    model.local_lines |= 1u << 3;
    CHECK(controller.acknowledge() == 16 + 3);
    controller.mask(16 + 3);
    CHECK(controller.acknowledge() == 16 + 9);
    controller.mask(16 + 9);
    CHECK(controller.acknowledge() == 64 + 29);
}

TEST_CASE("BCM2836: edges, mailboxes and numbers between the banks cannot be had", "[irq]") {
    Model model;
    const Controller controller = started(model);
    CHECK(controller.count() == 128);
    CHECK_FALSE(controller.configure(64, Trigger::edge));
    CHECK(controller.configure(64, Trigger::firmware));
    for (const unsigned number : {16u + 4, 16u + 8, 16u + 10, 32u + 8, 63u})
        CHECK_FALSE(controller.configure(number, Trigger::level));
}

namespace {

struct PowerRegisters {
    std::map<size_t, uint32_t> value{{0x1c, 0x102}, {0x20, 0x1001}, {0x24, 0}};
    std::vector<size_t> order;
};

struct PowerAccess {
    PowerRegisters* registers = nullptr;
    template <std::unsigned_integral Raw>
    Raw read(size_t offset) const {
        return registers->value.at(offset);
    }
    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) const {
        REQUIRE(value >> 24 == 0x5a); // else the hardware ignores it
        registers->order.push_back(offset);
        registers->value.at(offset) = value & 0xffffff;
    }
};

using Watchdog = platform::BasicBcm2835Watchdog<PowerAccess>;

} // namespace

TEST_CASE("the Pi's watchdog is told where to boot, then how long, then to reset", "[power]") {
    for (const bool off : {true, false}) {
        PowerRegisters registers;
        const Watchdog watchdog{PowerAccess{&registers}};
        off ? watchdog.power_off() : watchdog.reset();
        CHECK(registers.order == std::vector<size_t>{0x20, 0x24, 0x1c});
        CHECK(registers.value[0x20] == (off ? 0x1555u : 0x1000u));
        CHECK(registers.value[0x24] != 0);
        CHECK(registers.value[0x1c] == 0x122);
    }
    Watchdog{}.power_off(); // none was found: nothing happens
}
