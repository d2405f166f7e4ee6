// SPDX-License-Identifier: BSD-2-Clause
// The GICv2 driver on a model of the controller.
#include "gic.hpp"

#include <platforms/boot/fdt/discover.hpp>
#include <platforms/drivers/irqchip/gic_v2.hpp>

namespace {

using cobnut::Trigger;

constexpr uint64_t distributor_base = 0x8000000, core_base = 0x8010000;
constexpr unsigned lines = 96, self = 1 << 2;

struct Distributor : device::Model {
    device::GicBank bank{0, lines};
    bool on = true;
    std::array<uint8_t, lines> target{};

    uint64_t read(size_t offset, unsigned width) override {
        uint64_t value = 0;
        if (offset == 0x000)
            return on;
        if (offset == 0x004)
            return lines / 32 - 1;
        if (offset >= 0x800 && offset < 0x800 + lines) { // 4.3.12: a core's own are read-only
            for (size_t byte = 0; byte < width; ++byte)
                value |= uint64_t{offset < 0x820 ? self : target[offset - 0x800 + byte]} << 8 * byte;
            return value;
        }
        REQUIRE(bank.read(offset, width, value));
        return value;
    }
    void write(size_t offset, unsigned width, uint64_t value) override {
        if (offset == 0x000) {
            on = (value & 1) != 0;
        } else if (offset >= 0x820 && offset < 0x800 + lines) {
            for (size_t byte = 0; byte < width; ++byte)
                target[offset - 0x800 + byte] = static_cast<uint8_t>(value >> 8 * byte);
        } else {
            REQUIRE(bank.write(offset, width, value));
        }
    }
};

struct CoreInterface : device::Model {
    explicit CoreInterface(Distributor& its) : distributor{its} {}
    Distributor& distributor;
    bool on = false;
    unsigned mask = 0;

    uint64_t read(size_t offset, unsigned width) override {
        REQUIRE(width == 4);
        REQUIRE(offset == 0x0c); // 4.4.4
        const unsigned number =
            on && distributor.on ? distributor.bank.best(mask, 0) : device::none;
        if (number == device::none)
            return number;
        if (number >= 32 && (distributor.target[number] & self) == 0)
            return device::none;
        distributor.bank.at(number).active = true;
        distributor.bank.at(number).latch = false;
        return number;
    }
    void write(size_t offset, unsigned width, uint64_t value) override {
        REQUIRE(width == 4);
        if (offset == 0x00) {
            on = (value & 1) != 0;
        } else if (offset == 0x04) {
            mask = static_cast<unsigned>(value);
        } else {
            REQUIRE(offset == 0x10); // 4.4.5: only what was acknowledged
            REQUIRE(distributor.bank.at(static_cast<unsigned>(value)).active);
            distributor.bank.at(static_cast<unsigned>(value)).active = false;
        }
    }
};

struct Board {
    device::Powered machine;
    Distributor distributor;
    CoreInterface core{distributor};
    platform::fdt::Device node;
    platform::GicV2 driver;

    Board() {
        machine.put(distributor_base, 0x1000, distributor);
        machine.put(core_base, 0x2000, core);
        node.region[0] = {kernel::PhysAddr{distributor_base}, 0x1000};
        node.region[1] = {kernel::PhysAddr{core_base}, 0x2000};
        node.region_count = 2;
        for (unsigned number = 0; number < lines; ++number) { // as bad firmware leaves it
            auto& interrupt = distributor.bank.at(number);
            interrupt.enabled = interrupt.active = interrupt.line = true;
            interrupt.priority = static_cast<uint8_t>(number);
        }
    }
};

} // namespace

TEST_CASE("GICv2: after the start all is masked, inactive, of one priority, aimed at this core",
          "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    CHECK(board.driver.count() == lines);
    CHECK(board.driver.acknowledge() == device::none);
    for (unsigned number = 0; number < lines; ++number) {
        const auto& interrupt = board.distributor.bank.at(number);
        CHECK_FALSE(interrupt.enabled);
        CHECK_FALSE(interrupt.active);
        CHECK(interrupt.priority == 0xa0);
        CHECK((number < 32 || board.distributor.target[number] == self));
    }
    CHECK(board.core.mask == 0xff);
}

TEST_CASE("GICv2: a level comes again as long as its line is up, an edge once", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    for (const bool edge : {false, true}) {
        const unsigned number = edge ? 77 : 40;
        board.distributor.bank.raise(number, false);
        board.distributor.bank.at(number).latch = false;
        REQUIRE(board.driver.configure(number, edge ? Trigger::edge : Trigger::level));
        board.driver.unmask(number);
        CHECK(board.driver.acknowledge() == device::none);
        board.distributor.bank.raise(number, true);
        CHECK(board.driver.acknowledge() == number);
        CHECK(board.driver.acknowledge() == device::none); // active
        board.driver.end(number);
        CHECK(board.driver.acknowledge() == (edge ? device::none : number));
        if (!edge)
            board.driver.end(number);
        board.driver.mask(number);
    }
}

TEST_CASE("GICv2: a level that falls before it is asked for is spurious, and no harm comes of it", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    board.distributor.bank.raise(40, false);
    REQUIRE(board.driver.configure(40, Trigger::level));
    board.driver.unmask(40);
    board.distributor.bank.raise(40, true);
    board.distributor.bank.raise(40, false);
    CHECK(board.driver.acknowledge() >= 1020);
    CHECK_FALSE(board.distributor.bank.at(40).active);
    CHECK(board.distributor.bank.at(40).enabled);
    board.distributor.bank.raise(40, true);
    CHECK(board.driver.acknowledge() == 40);
    board.driver.end(40);
}

TEST_CASE("GICv2: what is masked comes when it is unmasked, and only then", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    for (const unsigned number : {16u, 31u, 32u, 63u, 64u, 95u}) {
        CHECK(board.driver.acknowledge() == device::none);
        board.driver.unmask(number);
        CHECK(board.driver.acknowledge() == number);
        board.driver.mask(number);
        board.driver.end(number);
    }
}

TEST_CASE("GICv2: a trigger that is wired otherwise is refused", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    board.distributor.bank.at(27).wired = true;
    CHECK(board.driver.configure(27, Trigger::level));
    CHECK_FALSE(board.driver.configure(27, Trigger::edge));
    CHECK(board.driver.configure(27, Trigger::firmware));
}

TEST_CASE("GICv2: a node with too little of registers is refused", "[irq]") {
    Board board;
    board.node.region_count = 1;
    CHECK(board.driver.start(board.node) != nullptr);
    board.node.region_count = 2;
    board.node.region[1].size = 0x800;
    CHECK(board.driver.start(board.node) != nullptr);
}
