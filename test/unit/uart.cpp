// SPDX-License-Identifier: BSD-2-Clause
// The boot console drivers on simulated registers.
#include <platforms/console.hpp>
#include <platforms/drivers/uart/bcm2835_aux.hpp>
#include <platforms/drivers/uart/cadence.hpp>
#include <platforms/drivers/uart/imx.hpp>
#include <platforms/drivers/uart/ns16550.hpp>
#include <platforms/drivers/uart/pl011.hpp>
#include <platforms/drivers/uart/sifive.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>
#include <vector>

namespace {

struct Wires {
    unsigned polls_until_ready = 0;
    bool dead = false;
    unsigned polls = 0;
    std::string sent;
    std::map<size_t, unsigned> last;
    std::vector<size_t> order;
};

// status/ready: which register says when, with which value.
template <size_t Status, unsigned Ready, unsigned NotReady, size_t Data>
class Fake {
public:
    Fake() = default;
    explicit Fake(Wires& wires) : wires_{&wires} {}
    template <std::unsigned_integral Raw>
    Raw read(size_t offset) const {
        REQUIRE(offset == Status);
        const bool ready = !wires_->dead && wires_->polls >= wires_->polls_until_ready;
        ++wires_->polls;
        return static_cast<Raw>(ready ? Ready : NotReady);
    }
    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) const {
        wires_->order.push_back(offset);
        wires_->last[offset] = value;
        if (offset == Data)
            wires_->sent += static_cast<char>(value);
    }

private:
    Wires* wires_ = nullptr;
};

using FakePl011 = platform::BasicPl011<Fake<0x18, 0x90, 0x20, 0>>;
using FakeSifive = platform::BasicSifive<Fake<0, 0, 0x80000000, 0>>;
using FakeImx = platform::BasicImx<Fake<0xb4, 0x60, 0x10, 0x40>>;
using FakeCadence = platform::BasicCadence<Fake<0x2c, 0x08, 0x10, 0x30>>;
using FakeNs16550 = platform::BasicNs16550<Fake<5, 0x60, 0x00, 0>>;

template <class Driver, class Access>
void waits_and_sends() {
    Wires wires;
    wires.polls_until_ready = 7;
    const Driver driver{Access{wires}};
    for (const char character : std::string{"ok\xff\n"})
        driver.put(character);
    CHECK(wires.sent == "ok\xff\n");
    CHECK(wires.polls == 7 + 4);
    Wires dead;
    dead.dead = true;
    Driver{Access{dead}}.put('x');
    CHECK(dead.polls == Driver::patience);
}

} // namespace

TEST_CASE("a UART driver waits for room and gives up on a dead device", "[uart]") {
    waits_and_sends<FakePl011, Fake<0x18, 0x90, 0x20, 0>>();
    waits_and_sends<FakeNs16550, Fake<5, 0x60, 0x00, 0>>();
    waits_and_sends<FakeImx, Fake<0xb4, 0x60, 0x10, 0x40>>();
    waits_and_sends<FakeCadence, Fake<0x2c, 0x08, 0x10, 0x30>>();
    waits_and_sends<FakeSifive, Fake<0, 0, 0x80000000, 0>>();
}

TEST_CASE("setting up a 16550 leaves it at 8N1 with the divisor latch closed", "[uart]") {
    Wires wires;
    FakeNs16550{Fake<5, 0x60, 0x00, 0>{wires}}.set_up(0x0102);
    CHECK(wires.order == std::vector<size_t>{1, 3, 0, 1, 3, 2, 4});
    CHECK(wires.last[0] == 2);
    CHECK(wires.last[3] == 3);
    CHECK(wires.last[2] == 7);
}

TEST_CASE("a 16550's register shift and access width are followed", "[uart]") {
    alignas(8) uint32_t memory[8] = {};
    memory[5] = 0x60;
    platform::Ns16550{reinterpret_cast<uintptr_t>(memory), 2, 4}.put('w');
    CHECK(memory[0] == 'w');
    alignas(8) uint8_t bytes[8] = {};
    bytes[5] = 0x60;
    platform::Ns16550{reinterpret_cast<uintptr_t>(bytes)}.put('b');
    CHECK(bytes[0] == 'b');
    CHECK(bytes[1] == 0);
}

TEST_CASE("Cadence's transmitter is switched on and nothing else changes", "[uart]") {
    alignas(8) uint32_t memory[16] = {};
    memory[0] = 0x128; // stopped break, transmitter off, receiver off
    const platform::Cadence driver =
        platform::Cadence::from(cobnut::fdt::Node{}, reinterpret_cast<uintptr_t>(memory));
    CHECK(memory[0] == 0x118);
    driver.put('c');
    CHECK(memory[12] == 'c');
}

TEST_CASE("a mini-UART has a 16550's registers as words", "[uart]") {
    alignas(8) uint32_t memory[8] = {};
    memory[5] = 0x20;
    platform::Bcm2835Aux{reinterpret_cast<uintptr_t>(memory)}.put('m');
    CHECK(memory[0] == 'm');
}

TEST_CASE("the boot console is the first driver that fits the node", "[uart]") {
    using Boards = platform::DriverList<platform::Pl011, platform::Ns16550>;
    platform::Console<Boards> console;
    console.put('x'); // mute until selected
    CHECK(!console.supports(cobnut::fdt::Node{}));
    CHECK(!console.select(cobnut::fdt::Node{}, 0));
    console.put('x');
}
