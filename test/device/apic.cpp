// SPDX-License-Identifier: BSD-2-Clause
// Local APIC, I/O APIC, the legacy PICs and the APIC's timer on models (Intel SDM volume 3 chapter
// 12; 82093AA; 8259A; ACPI 6.5 4.8.3.3).
#include "machine.hpp"

#include <platforms/drivers/irqchip/apic.hpp>
#include <platforms/drivers/timer/lapic.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>

namespace {

using platform::irqchip::IoApic;
using platform::irqchip::LocalApic;
using platform::irqchip::LocalRegister;
using platform::irqchip::Redirection;

constexpr uint64_t local_base = 0xfee00000, io_base = 0xfec00000;
constexpr uint64_t ticks_per_access = 100; ///< Of the timer: 100 MHz if an access takes 1 us.

// One model behind both ways in: the page, and with x2APIC the MSRs.
struct Local : device::Model {
    std::map<size_t, uint32_t> value{{0x20, 0x03000000}};
    uint64_t base_msr = local_base | 0x100;
    uint64_t deadline = 0;
    uint64_t started = 0;
    unsigned ends = 0;

    bool extended() const { return (base_msr & 0x400) != 0; }
    uint32_t get(size_t offset) const {
        const auto found = value.find(offset);
        return found == value.end() ? 0 : found->second;
    }
    uint32_t read_register(size_t offset) const {
        if (offset == 0x390) { // 12.5.4: counts down from the initial count
            const uint64_t gone = (device::machine->time - started) * ticks_per_access;
            return gone < get(0x380) ? static_cast<uint32_t>(get(0x380) - gone) : 0;
        }
        return offset == 0x20 && extended() ? 3 : get(offset);
    }
    void write_register(size_t offset, uint32_t what) {
        REQUIRE((base_msr & 0x800) != 0);
        if (offset == 0xb0) {
            REQUIRE(what == 0); // with x2APIC anything else is a fault
            ++ends;
        }
        if (offset == 0x380)
            started = device::machine->time;
        value[offset] = what;
    }
    uint64_t read(size_t offset, unsigned width) override {
        REQUIRE(width == 4);
        REQUIRE(offset % 16 == 0); // 12.4.1
        REQUIRE_FALSE(extended());
        return read_register(offset);
    }
    void write(size_t offset, unsigned width, uint64_t what) override {
        REQUIRE(width == 4);
        REQUIRE(offset % 16 == 0);
        REQUIRE_FALSE(extended());
        write_register(offset, static_cast<uint32_t>(what));
    }
    uint64_t read_msr(uint32_t number) {
        if (number == 0x1b)
            return base_msr;
        REQUIRE(extended());
        return read_register((number - 0x800) * size_t{16});
    }
    void write_msr(uint32_t number, uint64_t what) {
        if (number == 0x1b) { // 12.12.5: x2APIC only from enabled xAPIC
            REQUIRE_FALSE(((what & 0x400) != 0 && (base_msr & 0x800) == 0));
            base_msr = what;
        } else if (number == 0x6e0) {
            deadline = what;
        } else {
            REQUIRE(extended());
            write_register((number - 0x800) * size_t{16}, static_cast<uint32_t>(what));
        }
    }
};

struct Io : device::Model {
    static constexpr unsigned inputs = 24;
    uint32_t selected = 0;
    std::array<uint64_t, inputs> entry{};

    uint64_t& chosen() { return entry.at((selected - 0x10) / 2); }
    uint64_t read(size_t offset, unsigned width) override {
        REQUIRE(width == 4);
        REQUIRE(offset == 0x10);
        if (selected == 1)
            return uint64_t{inputs - 1} << 16 | 0x11;
        return static_cast<uint32_t>(chosen() >> (selected % 2 * 32));
    }
    void write(size_t offset, unsigned width, uint64_t what) override {
        REQUIRE(width == 4);
        if (offset == 0) {
            selected = static_cast<uint32_t>(what);
            return;
        }
        const unsigned shift = selected % 2 * 32;
        if (shift != 0)
            REQUIRE((chosen() >> 16 & 1) != 0); // the other half of a live entry
        chosen() = (chosen() & ~(uint64_t{0xffffffff} << shift)) | what << shift;
    }
};

struct Board {
    device::Powered machine;
    Local local;
    Io io;

    Board() {
        machine.put(local_base, 0x1000, local);
        machine.map(local_base, 0x1000);
        machine.put(io_base, 0x20, io);
        machine.map(io_base, 0x20);
        machine.read_msr = [this](uint32_t number) { return local.read_msr(number); };
        machine.write_msr = [this](uint32_t number, uint64_t what) {
            local.write_msr(number, what);
        };
    }
};

} // namespace

TEST_CASE("APIC: xAPIC and x2APIC come up masked and take their end and requests alike", "[irq]") {
    for (const bool extended : {false, true}) {
        Board board;
        const LocalApic apic = LocalApic::start(local_base, extended, 0xff);
        CHECK(board.local.extended() == extended);
        CHECK(board.local.get(0xf0) == 0x1ff);
        CHECK(board.local.get(0x80) == 0);
        for (const size_t vector : {0x320u, 0x350u, 0x360u})
            CHECK((board.local.get(vector) >> 16 & 1) == 1);
        CHECK(apic.id() == 3);
        const unsigned ends = board.local.ends;
        apic.end_of_interrupt();
        CHECK(board.local.ends == ends + 1);
        board.local.value[0x200 + 0x10 * 2] = 0x80000001; // vectors 64 and 95
        CHECK(apic.requested(64) == 0x80000001);
        apic.interrupt_self(0x41);
        CHECK(board.local.get(0x300) == 0x44041);
    }
}

TEST_CASE("I/O APIC: all is masked at first, and no half-written entry is ever live", "[irq]") {
    Board board;
    board.io.entry.fill(0x0300000000000031); // as firmware left them
    const IoApic apic{io_base, 16};
    CHECK(apic.count() == Io::inputs);
    CHECK(apic.owns(16));
    CHECK(apic.owns(39));
    CHECK_FALSE(apic.owns(15));
    CHECK_FALSE(apic.owns(40));
    for (const uint64_t entry : board.io.entry)
        CHECK((entry >> 16 & 1) == 1);
    const auto entry = Redirection{}
                           .with<Redirection::Vector>(0x45)
                           .with<Redirection::ActiveLow>(true)
                           .with<Redirection::Level>(true)
                           .with<Redirection::Destination>(7);
    apic.route(20, entry);
    CHECK(board.io.entry[4] == 0x070000000000a045);
    apic.set_masked(20, true);
    CHECK(board.io.entry[4] == 0x070000000001a045);
    apic.set_masked(20, false);
    CHECK(board.io.entry[4] == 0x070000000000a045);
    apic.route(20, entry.with<Redirection::Destination>(1)); // of a live one
    CHECK(board.io.entry[4] == 0x010000000000a045);
}

namespace {

// 8259A: ICW1 begins, then three words to the data port; after them it is the mask.
struct Pic : device::Model {
    std::array<unsigned, 2> step{};
    std::array<std::vector<uint64_t>, 2> words;
    std::array<uint64_t, 2> mask{};

    uint64_t read(size_t, unsigned) override { return 0; }
    void write(size_t offset, unsigned width, uint64_t what) override {
        REQUIRE(width == 1);
        const unsigned which = offset >= 0xa0;
        if (offset % 2 == 0) {
            REQUIRE((what & 0x11) == 0x11);
            step[which] = 3;
            words[which].clear();
        } else if (step[which] > 0) {
            --step[which];
            words[which].push_back(what);
        } else {
            mask[which] = what;
        }
    }
};

} // namespace

TEST_CASE("the legacy PICs are moved off the exceptions and masked", "[irq]") {
    device::Powered machine;
    Pic pic;
    machine.put_ports(0, 0x100, pic);
    platform::irqchip::silence_legacy_pics(0xf0);
    CHECK(pic.words[0] == std::vector<uint64_t>{0xf0, 4, 1});
    CHECK(pic.words[1] == std::vector<uint64_t>{0xf8, 2, 1});
    CHECK(pic.mask == std::array<uint64_t, 2>{0xff, 0xff});
}

namespace {

// An access takes a microsecond: the PM timer runs at 3.579545 MHz, the PIT at 1.193182 MHz.
struct Clocks : device::Model {
    bool pm_works = true, pit_works = true;
    unsigned pit_read = 0;
    uint64_t latched = 0, pit_started = 0;

    static uint64_t at(uint64_t frequency) { return device::machine->time * frequency / 1'000'000; }
    uint64_t read(size_t offset, unsigned width) override {
        if (offset == 0x608) {
            REQUIRE(width == 4);
            return pm_works ? (at(3579545) + 0xfffff0) & 0xffffff : 5; // it wraps soon
        }
        REQUIRE(offset == 0x40);
        return (latched >> (pit_read++ % 2 * 8)) & 0xff;
    }
    void write(size_t offset, unsigned width, uint64_t what) override {
        REQUIRE(width == 1);
        if (offset == 0x43 && what == 0) { // latch
            latched = pit_works ? (0xffff - (at(1193182) - pit_started)) & 0xffff : 0xffff;
            pit_read = 0;
        } else {
            pit_started = at(1193182);
        }
    }
};

constexpr uint64_t stamps_per_second = 1'000'000'000;

bool is_close(uint64_t value, uint64_t wanted) {
    return value > wanted - wanted / 500 && value < wanted + wanted / 500;
}

} // namespace

TEST_CASE("APIC timer: calibrated by the PM timer, else by the PIT, else there is no clock",
          "[timer]") {
    for (const auto& [port, pm, pit] : {std::tuple{0x608, true, false}, std::tuple{0x608, false, true},
                                        std::tuple{0, false, true}, std::tuple{0, false, false}}) {
        Board board;
        Clocks clocks;
        clocks.pm_works = pm;
        clocks.pit_works = pit;
        board.machine.put_ports(0, 0x1000, clocks);
        const LocalApic apic = LocalApic::start(local_base, false, 0xff);
        const auto timer =
            platform::Lapic::start(apic, {static_cast<uint16_t>(port)}, false, 0x20);
        INFO("frequency " << timer.frequency());
        CHECK((pm || pit ? is_close(timer.frequency(), stamps_per_second) : timer.frequency() == 0));
        CHECK(board.local.get(0x380) == 0); // nothing counts yet
        CHECK(board.local.get(0x3e0) == 0b1011);
        CHECK((board.local.get(0x320) == (pm || pit ? 0x20u : 0x10000u)));
    }
}

TEST_CASE("APIC timer: a deadline comes in time, a past one at once, a far one early", "[timer]") {
    Board board;
    Clocks clocks;
    board.machine.put_ports(0, 0x1000, clocks);
    const LocalApic apic = LocalApic::start(local_base, false, 0xff);
    const auto timer = platform::Lapic::start(apic, {0x608}, false, 0x20);
    const uint64_t now = timer.now();
    timer.set_deadline(apic, now + stamps_per_second); // 100 million ticks
    CHECK(is_close(board.local.get(0x380), 100'000'000));
    timer.set_deadline(apic, now - 5);
    CHECK(board.local.get(0x380) == 1);
    timer.set_deadline(apic, ~uint64_t{0});
    CHECK(board.local.get(0x380) == 0xffffffff);
    timer.stop(apic);
    CHECK(board.local.get(0x380) == 0);
}

TEST_CASE("APIC timer: where the CPU has TSC deadlines, they go to its register", "[timer]") {
    Board board;
    Clocks clocks;
    board.machine.put_ports(0, 0x1000, clocks);
    const LocalApic apic = LocalApic::start(local_base, true, 0xff);
    const unsigned barriers = board.machine.barriers;
    const auto timer = platform::Lapic::start(apic, {0x608}, true, 0x20);
    CHECK(board.local.get(0x320) == (0x20 | 2 << 17));
    CHECK(board.machine.barriers == barriers + 1); // SDM 12.5.4.1
    timer.set_deadline(apic, 123456789);
    CHECK(board.local.deadline == 123456789);
    timer.stop(apic);
    CHECK(board.local.deadline == 0);
}
