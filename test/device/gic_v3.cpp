// SPDX-License-Identifier: BSD-2-Clause
// The GICv3 driver on a model of the controller with several redistributors.
#include "gic.hpp"

#include <platforms/boot/fdt/discover.hpp>
#include <platforms/drivers/irqchip/gic_v3.hpp>

#include <memory>

namespace {

using cobnut::Trigger;

constexpr uint64_t distributor_base = 0x8000000, cores_base = 0x80a0000, frame = 0x10000;
constexpr unsigned lines = 128;

// 12.9: writes of CTLR and of the clear-enable registers are in effect when RWP is clear again.
struct Distributor : device::Model {
    device::GicBank bank{32, lines};
    uint32_t control = 3;
    unsigned pending_reads = 0;
    std::array<uint64_t, lines> route{};

    Distributor() { bank.is_secure = bank.slow_disable = true; }

    uint64_t read(size_t offset, unsigned width) override {
        if (offset == 0x000) {
            if (pending_reads > 0 && --pending_reads == 0)
                settle();
            return control | uint64_t{pending_reads > 0} << 31;
        }
        if (offset == 0x004)
            return lines / 32 - 1;
        uint64_t value = 0;
        REQUIRE(bank.read(offset, width, value));
        return value;
    }
    void write(size_t offset, unsigned width, uint64_t value) override {
        constexpr uint32_t enables = 3, affinity_routing = 16;
        if (offset == 0x000) {
            const bool changes = ((control ^ value) & affinity_routing) != 0;
            REQUIRE_FALSE((changes && ((control & enables) != 0 || pending_reads > 0)));
            control = static_cast<uint32_t>(value);
            pending_reads = 3;
        } else if (offset >= 0x6100 && offset < 0x6000 + 8 * lines) {
            REQUIRE(width == 8);
            route[(offset - 0x6000) / 8] = value;
        } else {
            REQUIRE((control & affinity_routing) != 0);
            REQUIRE(bank.write(offset, width, value));
            if (offset >= 0x180 && offset < 0x200)
                pending_reads = 3;
        }
    }
    void settle() {
        for (const unsigned number : bank.disabling)
            bank.at(number).enabled = false;
        bank.disabling.clear();
    }
};

// 12.10 and 12.11: the first frame, and the second one for the core's own interrupts.
struct Redistributor : device::Model {
    device::GicBank bank{0, 32};
    uint32_t affinity = 0;
    bool last = false, has_virtual = false, can_wake = true;
    bool processor_sleep = true;
    unsigned wake_reads = 3, pending_reads = 0;

    Redistributor() { bank.is_secure = bank.slow_disable = true; }

    uint64_t read(size_t offset, unsigned width) override {
        if (offset == 0x00) {
            if (pending_reads > 0 && --pending_reads == 0)
                settle();
            return uint64_t{pending_reads > 0} << 3;
        }
        if (offset == 0x08) {
            REQUIRE(width == 8);
            return uint64_t{affinity} << 32 | uint64_t{last} << 4 | uint64_t{has_virtual} << 1;
        }
        if (offset == 0x14) {
            if (!processor_sleep && can_wake && wake_reads > 0)
                --wake_reads;
            return uint64_t{processor_sleep} << 1 | uint64_t{wake_reads > 0} << 2;
        }
        uint64_t value = 0;
        REQUIRE(offset >= frame);
        REQUIRE(bank.read(offset - frame, width, value));
        return value;
    }
    void write(size_t offset, unsigned width, uint64_t value) override {
        if (offset == 0x14) {
            processor_sleep = (value & 2) != 0;
            return;
        }
        REQUIRE(offset >= frame);
        REQUIRE(wake_reads == 0); // 12.11.42: asleep, it loses writes
        REQUIRE(bank.write(offset - frame, width, value));
        if (offset - frame == 0x180)
            pending_reads = 3;
    }
    void settle() {
        for (const unsigned number : bank.disabling)
            bank.at(number).enabled = false;
        bank.disabling.clear();
    }
};

struct Board {
    device::Powered machine;
    Distributor distributor;
    Redistributor core[4];
    unsigned self = 2;
    bool enabled = false, accessible = true;
    platform::fdt::Device node;
    platform::GicV3 driver;

    // pitch: frames from one redistributor to the next
    explicit Board(unsigned pitch = 2) {
        machine.core = 0x01020000 + self;
        machine.put(distributor_base, frame, distributor);
        for (unsigned index = 0; index < 4; ++index) {
            core[index].affinity = 0x01020000 + index;
            core[index].has_virtual = pitch == 4;
            core[index].last = index == 3;
            machine.put(cores_base + index * pitch * frame, pitch * frame, core[index]);
        }
        node.region[0] = {kernel::PhysAddr{distributor_base}, frame};
        node.region[1] = {kernel::PhysAddr{cores_base}, 4 * pitch * frame};
        node.region_count = 2;
        for (unsigned number = 32; number < lines; ++number)
            leave_behind(distributor.bank.at(number));
        for (unsigned number = 0; number < 32; ++number)
            leave_behind(core[self].bank.at(number));
        machine.enable = [this] { return enabled = accessible; };
        machine.acknowledge = [this] { return acknowledge(); };
        machine.end = [this](unsigned number) {
            REQUIRE(at(number).active);
            at(number).active = false;
        };
    }

    static void leave_behind(device::GicBank::Interrupt& interrupt) { // as bad firmware does
        interrupt.enabled = interrupt.active = interrupt.line = true;
    }
    device::GicBank& bank(unsigned number) {
        return number < 32 ? core[self].bank : distributor.bank;
    }
    device::GicBank::Interrupt& at(unsigned number) { return bank(number).at(number); }

    unsigned acknowledge() {
        REQUIRE(enabled);
        unsigned number = core[self].bank.best(0xff, 1);
        if (number == device::none && (distributor.control & 2) != 0) {
            number = distributor.bank.best(0xff, 1);
            if (number != device::none && distributor.route[number] != uint64_t{0x0100020000} + self)
                number = device::none;
        }
        if (number != device::none) {
            at(number).active = true;
            at(number).latch = false;
        }
        return number;
    }
};

} // namespace

TEST_CASE("GICv3: this core's redistributor is found and woken, wide frames or narrow", "[irq]") {
    for (const unsigned pitch : {2u, 4u}) {
        Board board{pitch};
        REQUIRE(board.driver.start(board.node) == nullptr);
        CHECK(board.enabled);
        CHECK(board.driver.count() == lines);
        CHECK(board.driver.acknowledge() == device::none);
        for (unsigned number = 0; number < lines; ++number) {
            CHECK_FALSE(board.at(number).enabled);
            CHECK_FALSE(board.at(number).active);
            CHECK(board.at(number).group == 1);
            CHECK(board.at(number).priority == 0xa0);
        }
        for (const auto& other : {board.core[0], board.core[1], board.core[3]})
            CHECK(other.processor_sleep);
    }
}

TEST_CASE("GICv3: each interrupt comes to this core, masked ones do not at once", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    for (const unsigned number : {16u, 31u, 32u, 63u, 64u, 127u}) {
        CHECK(board.driver.acknowledge() == device::none);
        board.driver.unmask(number);
        CHECK(board.driver.acknowledge() == number);
        board.driver.end(number);
        CHECK(board.driver.acknowledge() == number); // a level, and its line is up
        board.driver.end(number);
        board.driver.mask(number);
        CHECK(board.driver.acknowledge() == device::none); // the disable is in effect
    }
}

TEST_CASE("GICv3: an edge comes once", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    board.bank(50).raise(50, false);
    board.driver.unmask(50);
    REQUIRE(board.driver.configure(50, Trigger::edge));
    board.driver.unmask(50);
    CHECK(board.driver.acknowledge() == device::none);
    board.bank(50).raise(50, true);
    CHECK(board.driver.acknowledge() == 50);
    board.driver.end(50);
    CHECK(board.driver.acknowledge() == device::none);
}

TEST_CASE("GICv3: a level that falls before it is asked for is spurious, and no harm comes of it", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node) == nullptr);
    board.bank(50).raise(50, false);
    REQUIRE(board.driver.configure(50, Trigger::level));
    board.driver.unmask(50);
    board.bank(50).raise(50, true);
    board.bank(50).raise(50, false);
    CHECK(board.driver.acknowledge() >= 1020);
    CHECK_FALSE(board.at(50).active);
    CHECK(board.at(50).enabled);
    board.bank(50).raise(50, true);
    CHECK(board.driver.acknowledge() == 50);
    board.driver.end(50);
}

TEST_CASE("GICv3: what is wrong is said, not waited for", "[irq]") {
    Board small;
    small.node.region[0].size = 0x1000;
    CHECK(small.driver.start(small.node) != nullptr);
    Board stranger;
    stranger.machine.core = 0x01020304;
    CHECK(stranger.driver.start(stranger.node) != nullptr);
    Board asleep;
    asleep.core[asleep.self].can_wake = false;
    CHECK(asleep.driver.start(asleep.node) != nullptr);
    Board closed;
    closed.accessible = false;
    CHECK(closed.driver.start(closed.node) != nullptr);
}
