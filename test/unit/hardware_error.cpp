// SPDX-License-Identifier: BSD-2-Clause
// Errors that no emulator makes: what AArch64's SError syndrome means, and the fault that follows.
#include "world.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/object/thread_control.hpp>
#include <kernel/arch/aarch64/arch/system_error.hpp>

#include <cobnut/abi/fault.hpp>

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
