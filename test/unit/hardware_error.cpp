// SPDX-License-Identifier: BSD-2-Clause
// Errors that no emulator makes: what AArch64's SError syndrome and ARMv7's fault status mean, and
// the fault that follows.
#include "world.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/object/thread_control.hpp>
#include <kernel/arch/aarch64/arch/system_error.hpp>
#include <kernel/arch/armv7/arch/fault_status.hpp>

#include <cobnut/abi/fault.hpp>

#include <algorithm>
#include <iterator>

namespace {

using namespace kernel;
using arch::ErrorReach;
using arch::reach_of_system_error;
using test::World;

constexpr uint64_t own_format = uint64_t{1} << 24, asynchronous = 0x11;
constexpr uint64_t type(uint64_t value) { return value << 10 | asynchronous; }

} // namespace

TEST_CASE("an SError without a syndrome of its reach is the thread's own", "[hardware]") {
    CHECK(reach_of_system_error(0xbe000000) == ErrorReach::contained);
    CHECK(reach_of_system_error(own_format) == ErrorReach::contained);
    CHECK(reach_of_system_error(own_format | type(0)) == ErrorReach::contained);
}

TEST_CASE("an SError tells by its type whether it is contained", "[hardware]") {
    CHECK(reach_of_system_error(type(0)) == ErrorReach::uncontained);
    CHECK(reach_of_system_error(type(1)) == ErrorReach::contained);
    CHECK(reach_of_system_error(type(2)) == ErrorReach::contained);
    CHECK(reach_of_system_error(type(3)) == ErrorReach::contained);
    CHECK(reach_of_system_error(type(6)) == ErrorReach::corrected);
    for (const unsigned reserved : {4, 5, 7})
        CHECK(reach_of_system_error(type(reserved)) == ErrorReach::uncontained);
}

TEST_CASE("an exception in the kernel tells whether the hardware is at fault", "[hardware]") {
    constexpr uint64_t instruction = uint64_t{0x21} << 26, data = uint64_t{0x25} << 26;
    CHECK(arch::is_hardware_error(0xbe000000)); // SError
    CHECK(arch::is_hardware_error(data | 0x10));
    CHECK(arch::is_hardware_error(instruction | 0x1f));
    for (const uint64_t mapping_or_other : {0x00, 0x07, 0x0f, 0x21, 0x22, 0x31})
        CHECK_FALSE(arch::is_hardware_error(data | mapping_or_other));
    CHECK_FALSE(arch::is_hardware_error(uint64_t{0x3c} << 26 | 0x10)); // brk
}

TEST_CASE("a synchronous external abort is told from faults of the mapping, on both Arm ISAs", "[hardware]") {
    // Arm ARM D19.2.37 (DFSC) and DDI 0406C B3.13.3 (long format): mapping, alignment, debug and others.
    constexpr unsigned external[] = {0x10, 0x14, 0x15, 0x16, 0x17, 0x18, 0x1c, 0x1d, 0x1e, 0x1f};
    unsigned told = 0;
    for (unsigned code = 0; code < 64; ++code) {
        const bool late = code == 0x11 || code == 0x19;
        const bool is_external = std::find(std::begin(external), std::end(external), code) != std::end(external);
        CHECK((code >> 4 == 1) == arch::is_external_abort(0x92000000 | code));
        const arch::FaultStatus status{1u << 9 | code};
        CHECK((!is_external || status.is_bus_error()));
        CHECK_FALSE((status.is_bus_error() && (late || status.is_mapping())));
        told += status.is_bus_error();
    }
    CHECK(told == 14);
    CHECK(arch::is_uncontained_abort(0x92001010));
    for (const uint64_t contained : {0x92000010, 0x92001810, 0x92001014, 0x92001007})
        CHECK_FALSE(arch::is_uncontained_abort(contained));
}

TEST_CASE("an asynchronous abort is told from all others in both formats of the status", "[hardware]") {
    using arch::FaultStatus;
    constexpr uint32_t long_format = 1 << 9, external = 1 << 12, write = 1 << 11;
    unsigned bus_errors = 0, parity_errors = 0;
    for (uint32_t format : {0u, long_format})
        for (uint32_t code = 0; code < 64; ++code) {
            // The short format has 5 bits, the highest of them in bit 10; 4 to 7 are a domain there.
            const uint32_t short_code = (code & 0x10) << 6 | (code & 0xf);
            const FaultStatus status{format | external | write | (format != 0 ? code : short_code)};
            bus_errors += status.is_late_bus_error();
            parity_errors += status.is_late_parity_error();
            CHECK_FALSE((status.is_late_bus_error() && status.is_late_parity_error()));
        }
    CHECK(bus_errors == 1 + 2); // bit 5 of the code does not exist in the short format
    CHECK(parity_errors == 1 + 2);
    CHECK(FaultStatus{long_format | 0x11}.is_late_bus_error());
    CHECK(FaultStatus{1 << 10 | 0x6}.is_late_bus_error());
    CHECK(FaultStatus{1 << 10 | 0xf6 | external}.is_late_bus_error());
    CHECK(FaultStatus{long_format | 0x19}.is_late_parity_error());
    CHECK(FaultStatus{1 << 10 | 0x8}.is_late_parity_error());
    CHECK_FALSE(FaultStatus{long_format | 0x10}.is_late_bus_error()); // synchronous
    CHECK_FALSE(FaultStatus{0x8}.is_late_bus_error());
    CHECK_FALSE(FaultStatus{long_format | 0x21}.is_late_bus_error()); // alignment
}

TEST_CASE("a contained hardware error is a fault of the thread that ran", "[hardware]") {
    World world;
    const Word endpoint = world.make(ObjectType::endpoint);
    const Word reply = world.make(ObjectType::reply);
    Thread& handler = world.make_thread(200);
    REQUIRE(world.settle() == &handler);
    handler.registers.a0 = endpoint;
    handler.registers.reply_path = reply;
    REQUIRE(world.syscall(test::Syscall::recv) == &world.root());
    REQUIRE(
        thread_control::set_handler(world.cpu(), world.root().fault_slot, &world.slot(endpoint)).ok());
    Thread* next = world.enter([] { kernel_hardware_error(0xbe000c11, 0x1234); });
    REQUIRE(next == &handler);
    const cobnut::Tag tag{handler.registers.tag()};
    CHECK(tag.kind() == cobnut::Kind::fault);
    CHECK(tag.label() == static_cast<Word>(cobnut::FaultType::hardware_error));
    CHECK(handler.registers.message(2) == 0xbe000c11);
    CHECK(handler.registers.message(3) == 0x1234);
    test::check_invariants(world);
}
