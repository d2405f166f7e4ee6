// SPDX-License-Identifier: BSD-2-Clause
// Power-off and reset: PSCI by either call, and ACPI's registers on a model of a chipset.
#include "machine.hpp"

#include <platforms/boot/fdt/discover.hpp>
#include <platforms/drivers/power/acpi.hpp>
#include <platforms/drivers/power/psci.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using platform::fdt::Conduit;

struct Chipset : device::Model {
    bool acpi_mode = false, has_soft_off = true;
    uint16_t control = 0;
    unsigned slept = 0, slept_at = 0; ///< Times; with which type.
    std::vector<std::pair<size_t, uint64_t>> writes;

    uint64_t read(size_t offset, unsigned width) override {
        REQUIRE(offset == 0x604);
        REQUIRE(width == 2);
        return control | uint64_t{acpi_mode};
    }
    void write(size_t offset, unsigned width, uint64_t value) override {
        writes.emplace_back(offset, value);
        if (offset == 0xb2) { // SMI_CMD, ACPI 6.5 4.8.3.2
            acpi_mode = acpi_mode || value == 0xf1;
        } else if (offset == 0x604) {
            REQUIRE(width == 2);
            control = static_cast<uint16_t>(value);
            if ((value >> 13 & 1) != 0 && acpi_mode) {
                ++slept;
                slept_at = value >> 10 & 7;
            }
        }
    }
};

platform::acpi::SoftOff soft_off() {
    platform::acpi::SoftOff off;
    off.control_a = 0x604;
    off.type_a = 5;
    off.command_port = 0xb2;
    off.enable_command = 0xf1;
    return off;
}

} // namespace

TEST_CASE("PSCI goes by the instruction that the tree names, or not at all", "[power]") {
    device::Powered machine;
    std::vector<std::pair<char, uint32_t>> calls;
    machine.arm_call = [&](char how, uint32_t function) { calls.emplace_back(how, function); };
    const auto unused = [](auto...) { return nullptr; };
    for (const auto& [conduit, name] :
         {std::pair{Conduit::smc, 's'}, std::pair{Conduit::hvc, 'h'}, std::pair{Conduit::none, ' '}}) {
        platform::Psci power;
        power.start(platform::fdt::Device{}, conduit, unused);
        calls.clear();
        power.power_off();
        power.reset();
        if (conduit == Conduit::none)
            CHECK(calls.empty());
        else // DEN 0022 5.1.9 and 5.1.10
            CHECK(calls == decltype(calls){{name, 0x84000008}, {name, 0x84000009}});
    }
}

TEST_CASE("ACPI: soft-off enters ACPI mode first, and sleeps with the type of S5", "[power]") {
    for (const bool already : {false, true}) {
        device::Powered machine;
        Chipset chipset;
        chipset.acpi_mode = already;
        chipset.control = 0x1c02; // another type and a bit that must stay
        machine.put_ports(0, 0xffff, chipset);
        platform::Acpi{soft_off(), {}}.power_off();
        CHECK(chipset.slept == 1);
        CHECK(chipset.slept_at == 5);
        CHECK((chipset.control & 2) != 0);
        CHECK((chipset.writes.front().first == 0xb2) == !already);
    }
    device::Powered machine; // no port is there to be touched
    platform::Acpi{}.power_off();
}

TEST_CASE("ACPI: reset by the table's register, then by the chipset's old ways", "[power]") {
    device::Powered machine;
    Chipset chipset;
    machine.put_ports(0, 0xffff, chipset);
    platform::acpi::Reset reset;
    reset.present = true;
    reset.keyboard_controller = false;
    reset.address = {platform::acpi::GenericAddress::Space::port, 0x1234};
    reset.value = 0x0f;
    platform::Acpi{{}, reset}.reset();
    using Writes = decltype(chipset.writes);
    CHECK(chipset.writes == Writes{{0x1234, 0x0f}, {0xcf9, 2}, {0xcf9, 6}});
    chipset.writes.clear();
    reset.address.address = 0x10000; // no port
    reset.keyboard_controller = true;
    platform::Acpi{{}, reset}.reset();
    CHECK(chipset.writes == Writes{{0xcf9, 2}, {0xcf9, 6}, {0x64, 0xfe}});
}
