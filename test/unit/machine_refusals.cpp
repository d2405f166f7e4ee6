// SPDX-License-Identifier: BSD-2-Clause
// What the methods of interrupts, ports, firmware and traces refuse, and what they do just within their limits.
#include "refusals.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/contract/interrupt.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/ring.hpp>

namespace {

using namespace kernel;
using cobnut::Method;
using cobnut::Syscall;
using test::Bench;
using test::World;
using Words = std::vector<Word>;

} // namespace

TEST_CASE("an interrupt that is gone before it is asked for is nobody's", "[interrupt]") {
    Bench b;
    auto& machine = arch::host::machine;
    const Word notification = b.world.make(ObjectType::notification), handler = b.world.free_slot();
    REQUIRE(b.error(World::irq_control, Method::irq_control_get, {5, 1, handler, word_bits},
                    {World::cnode}) == Error::none);
    REQUIRE(b.error(handler, Method::irq_handler_set_notification, {}, {notification}) == Error::none);
    const auto masked = machine.masked;
    const Thread* const current = b.world.cpu().current;
    REQUIRE(arch::claim_interrupt() == arch::no_interrupt);
    irq::handle_pending(b.world.cpu());
    CHECK(machine.masked == masked);
    CHECK(b.world.cpu().current == current);
    CHECK(b.world.object<Notification>(notification).active == 0);
    machine.raised[5] = true;
    irq::handle_pending(b.world.cpu());
    CHECK(machine.masked[5]);
    CHECK(b.world.object<Notification>(notification).active != 0);
}

TEST_CASE("an interrupt has one handler, of a line that there is", "[interrupt]") {
    Bench b;
    auto& machine = arch::host::machine;
    const Word slot = b.world.free_slot();
    const auto get = [&](Word number, Word trigger, Word to) {
        return b.error(World::irq_control, Method::irq_control_get, {number, trigger, to, word_bits},
                       {World::cnode});
    };
    CHECK(get(arch::host::interrupt_lines, 0, slot) == Error::out_of_range);
    CHECK(get(5, 3, slot) == Error::invalid_argument);
    CHECK(get(5, 1, World::cnode) == Error::slot_occupied);
    REQUIRE(get(arch::host::interrupt_lines - 1, 1, slot) == Error::none);
    REQUIRE(get(5, 1, b.world.free_slot()) == Error::none);
    CHECK(get(5, 1, b.world.free_slot()) == Error::in_use);
    const Word handler = slot + 1, notification = b.world.make(ObjectType::notification);
    machine.masked[5] = true;
    REQUIRE(b.error(handler, Method::irq_handler_acknowledge) == Error::none);
    CHECK(machine.masked[5]);
    CHECK(b.error(handler, Method::irq_handler_set_notification, {},
                  {b.copy(notification, Rights::read_bit)}) == Error::missing_right);
    CHECK(machine.masked[5]);
    REQUIRE(b.error(handler, Method::irq_handler_set_notification, {}, {notification}) == Error::none);
    CHECK(!machine.masked[5]);
    machine.masked[5] = true;
    REQUIRE(b.error(handler, Method::irq_handler_acknowledge) == Error::none);
    CHECK(!machine.masked[5]);
    REQUIRE(b.error(handler, Method::irq_handler_clear) == Error::none);
    CHECK(machine.masked[5]);
    CHECK(kernel_state.irq_slots[5].empty());
    REQUIRE(b.error(handler, Method::irq_handler_set_notification, {}, {notification}) == Error::none);
    b.drop(handler);
    CHECK(kernel_state.irq_slots[5].empty());
    CHECK(get(5, 1, b.world.free_slot()) == Error::none);
}

TEST_CASE("a notification that only an interrupt holds ends its waiters bit by bit", "[interrupt]") {
    Bench b;
    const Word handler = b.world.free_slot();
    REQUIRE(b.error(World::irq_control, Method::irq_control_get, {5, 0, handler, word_bits},
                    {World::cnode}) == Error::none);
    const Word notification = b.world.make(ObjectType::notification);
    REQUIRE(b.error(handler, Method::irq_handler_set_notification, {}, {notification}) == Error::none);
    Thread& root = b.world.root();
    for (unsigned i = 0; i < 20; ++i) {
        Thread& waiter = b.world.make_thread(root.priority());
        b.world.hand_over(root, waiter);
        waiter.registers.a0 = notification;
        REQUIRE(b.world.syscall(Syscall::wait) == &root);
        sched::set_priority(b.world.cpu(), waiter, 50);
    }
    b.drop(notification);
    b.world.call_preempted(handler, Method::irq_handler_clear, {});
    CHECK(!kernel_state.irq_slots[5].empty());
    REQUIRE(b.error(handler, Method::irq_handler_clear) == Error::none);
    CHECK(kernel_state.irq_slots[5].empty());
}

TEST_CASE("ports are reached within the capability's range", "[port]") {
    Bench b;
    const Word port = b.control(ObjectType::io_port, 0x40u << 16 | 0x6f);
    const auto read = [&](Word number, Word bytes) {
        return b.call(port, Method::io_port_read, {number, bytes});
    };
    CHECK(read(0x3f, 1).error == Error::out_of_range);
    CHECK(read(0x70, 1).error == Error::out_of_range);
    CHECK(read(0x6e, 4).error == Error::out_of_range);
    for (const Word bytes : {0, 3, 5, 8})
        CHECK(read(0x40, bytes).error == Error::invalid_argument);
    CHECK(read(0x6e, 2).error == Error::not_supported); // beyond those that are there
    CHECK(read(0x6f, 1).error == Error::not_supported);
    CHECK(read(0x6c, 4).error == Error::not_supported);
    REQUIRE(b.error(port, Method::io_port_write, {0x40, 2, 0x77}) == Error::none);
    CHECK(arch::host::machine.port[0x40] == (0x77 << 8 | 2));
    CHECK(read(0x40, 1).words == Words{(Word{0x77} << 8 | 2) << 8 | 1});
    CHECK(b.error(port, Method::io_port_write, {0x3f, 1, 1}) == Error::out_of_range);
    CHECK(b.error(port, Method::io_port_write, {0x6f, 1, 1}) == Error::not_supported);
}

TEST_CASE("the firmware is asked for what was wished", "[firmware]") {
    Bench b;
    auto& machine = arch::host::machine;
    const Word firmware = b.control(ObjectType::firmware, 0);
    CHECK(b.error(firmware, Method::firmware_power_off) == Error::not_supported);
    CHECK(machine.power_offs == 1);
    CHECK(b.error(firmware, Method::firmware_reset) == Error::not_supported);
    CHECK(machine.resets == 1);
    CHECK(machine.power_offs == 1);
    CHECK(b.error(firmware, Method::firmware_suspend) == Error::not_supported);
    machine.can_suspend = true;
    CHECK(b.error(firmware, Method::firmware_suspend) == Error::none);
    CHECK(machine.resets == 1);
}

TEST_CASE("a trace begins with a header and a power of two of frames", "[trace]") {
    Bench b;
    constexpr Word all = (Word{1} << cobnut::trace_type_count) - 1;
    const Word frame = b.world.make(ObjectType::frame, 12, 5), big = b.world.make(ObjectType::frame, 21);
    const auto put = [&](Word index, Word from) {
        return b.error(World::trace, Method::trace_set_frame, {index}, {from});
    };
    const auto start = [&](Word events) { return b.error(World::trace, Method::trace_start, {events}); };
    CHECK(start(1) == Error::illegal_operation);
    CHECK(put(trace::Ring::max_frames + 1, frame) == Error::out_of_range);
    CHECK(put(0, b.copy(frame, Rights::read_bit)) == Error::illegal_operation);
    REQUIRE(put(1, frame + 1) == Error::none);
    CHECK(start(1) == Error::illegal_operation); // no header
    REQUIRE(put(0, frame) == Error::none);
    REQUIRE(put(3, frame + 3) == Error::none);
    CHECK(start(1) == Error::illegal_operation); // a hole
    REQUIRE(put(2, frame + 2) == Error::none);
    CHECK(start(1) == Error::illegal_operation); // three
    REQUIRE(put(4, big) == Error::none);
    CHECK(start(1) == Error::illegal_operation); // of two sizes
    REQUIRE(put(4, frame + 4) == Error::none);
    CHECK(start(0) == Error::invalid_argument);
    CHECK(start(all + 1) == Error::invalid_argument);
    REQUIRE(start(all) == Error::none);
    CHECK(start(all) == Error::in_use);
    CHECK(put(5, big) == Error::in_use);
    auto& cpu = b.world.cpu();
    CHECK((cpu.gate & Gate::traced_cpu) != 0);
    CHECK(cpu.trace.events == all);
    CHECK(cpu.trace.ring.count() > 0);
    CHECK(b.call(World::trace, Method::trace_identify, {}, {World::thread}).words ==
          Words{arch::to_physical(&b.world.root()).raw(), 0});
    REQUIRE(b.error(World::trace, Method::trace_stop) == Error::none);
    CHECK((cpu.gate & Gate::traced_cpu) == 0);
    CHECK(cpu.trace.events == 0);
    REQUIRE(b.error(World::trace, Method::trace_stop) == Error::none);
    REQUIRE(start(1) == Error::none);
    b.drop(frame + 2); // the kernel's copy goes to its parent: the trace runs on
    CHECK(cpu.trace.ring.running());
    REQUIRE(b.error(World::cnode, Method::cnode_revoke, {frame + 3, word_bits}) == Error::none);
    CHECK(!cpu.trace.ring.running());
}
