// SPDX-License-Identifier: BSD-2-Clause
// Debug registers: what the machine lacks is refused, and only threads that use them pay.
#include "world.hpp"

#include <arch/debug.hpp>
#include <generic/object/debug.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using cobnut::BreakpointKind;
using kernel::Gate;
using test::Error;
using test::Method;
using test::World;
using kernel::Word;

struct Debugged {
    World world;
    Word thread = world.make(test::ObjectType::thread);

    Error set(Word number, BreakpointKind kind, Word address = 0x1000, Word size = 0) {
        return world
            .call(thread, Method::thread_set_breakpoint,
                  {number, static_cast<Word>(kind), address, size})
            .error;
    }
    bool traced() { return (world.object<test::Thread>(thread).gate & Gate::traced) != 0; }
};

} // namespace

TEST_CASE("breakpoints that the machine does not have are not supported", "[debug]") {
    Debugged d;
    CHECK(d.set(2, BreakpointKind::execute) == Error::none);
    CHECK(d.set(3, BreakpointKind::execute) == Error::not_supported);
    CHECK(d.set(1, BreakpointKind::write, 0x1000, 8) == Error::none);
    CHECK(d.set(2, BreakpointKind::access, 0x1000, 8) == Error::not_supported);
    CHECK(d.set(3, BreakpointKind::none) == Error::none);
    CHECK(d.set(4, BreakpointKind::none) == Error::out_of_range);
}

TEST_CASE("a machine without single step says so", "[debug]") {
    Debugged d;
    arch::host::can_step = false;
    const Error error = d.world.call(d.thread, Method::thread_set_single_step, {1}).error;
    arch::host::can_step = true;
    CHECK(error == Error::not_supported);
    CHECK(!d.traced());
    CHECK(d.world.call(d.thread, Method::thread_set_single_step, {1}).error == Error::none);
    CHECK(d.traced());
    CHECK(d.world.call(d.thread, Method::thread_set_single_step, {0}).error == Error::none);
    CHECK(!d.traced());
}

TEST_CASE("an alien stays traced when its breakpoints go", "[debug]") {
    Debugged d;
    REQUIRE(d.world.call(d.thread, Method::thread_set_flags, {0, cobnut::ThreadFlags::alien})
                .error == Error::none);
    REQUIRE(d.set(0, BreakpointKind::execute) == Error::none);
    REQUIRE(d.set(0, BreakpointKind::none) == Error::none);
    CHECK(d.traced());
}

TEST_CASE("debug registers are written at switches to and from threads that use them alone",
          "[debug]") {
    World world;
    test::Thread& one = world.make_thread(100);
    test::Thread& two = world.make_thread(100);
    unsigned before = arch::host::debug_loads;
    world.hand_over(world.root(), one);
    world.hand_over(one, two);
    CHECK(arch::host::debug_loads == before);
    one.debug.kind[0] = BreakpointKind::execute;
    one.debug.address[0] = 0x1234;
    one.update_traced();
    world.hand_over(two, one);
    CHECK(arch::host::debug_loads == before + 1);
    CHECK(arch::host::debug_registers.address[0] == 0x1234);
    world.hand_over(one, two);
    CHECK(arch::host::debug_loads == before + 2);
    CHECK(!arch::host::debug_registers.is_used());
    world.hand_over(two, world.root());
    CHECK(arch::host::debug_loads == before + 2);
}

TEST_CASE("the breakpoint that was hit is the one whose kind and bytes hold the address", "[debug]") {
    using kernel::hardware_debug::hit;
    World world;
    test::Thread& thread = world.make_thread(100);
    thread.debug.kind[1] = BreakpointKind::execute;
    thread.debug.address[1] = 0x1000;
    thread.debug.kind[2] = BreakpointKind::write;
    thread.debug.address[2] = 0x1000;
    thread.debug.size[2] = 4;
    constexpr unsigned none = cobnut::breakpoint_count;
    CHECK(hit(thread, true, 0x1000) == 1);
    CHECK(hit(thread, true, 0x1001) == none);
    CHECK(hit(thread, false, 0x0fff) == none);
    CHECK(hit(thread, false, 0x1000) == 2);
    CHECK(hit(thread, false, 0x1003) == 2);
    CHECK(hit(thread, false, 0x1004) == none);
    CHECK(hit(thread, true, 0) == none);
}
