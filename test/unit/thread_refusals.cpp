// SPDX-License-Identifier: BSD-2-Clause
// What the methods of threads refuse, and what they do just within their limits.
#include "refusals.hpp"

#include <cobnut/abi/fault.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/object/debug.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>

namespace {

using namespace kernel;
using cobnut::Method;
using cobnut::Syscall;
using test::Bench;
using test::World;
using Words = std::vector<Word>;

} // namespace

TEST_CASE("a thread takes spaces, flags and a buffer all or none", "[thread]") {
    Bench b;
    const Word index = b.world.make(ObjectType::thread);
    const Word space = b.world.make(ObjectType::vspace), frame = b.world.make(ObjectType::frame, 12);
    const auto& thread = b.world.object<Thread>(index);
    const Word offset = sizeof(cobnut::IpcBuffer);
    const Word guard = b.world.slot(World::cnode).badge;
    const auto configure = [&](Word node_guard, Word flags, Word address, Word with) {
        return b.error(index, Method::thread_configure, {node_guard, flags, address},
                       {World::cnode, space, with});
    };
    CHECK(configure(63, 0, 0x1000, frame) == Error::invalid_argument);
    CHECK(configure(0, 0x40, 0x1000, frame) == Error::invalid_argument);
    CHECK(configure(0, 0, 0x1000 + offset / 2, frame) == Error::misaligned);
    CHECK(configure(0, 0, 0x1000, b.copy(frame, Rights::read_bit)) == Error::illegal_operation);
    CHECK(configure(0, 0, 0x1000, b.copy(frame, Rights::write_bit)) == Error::illegal_operation);
    CHECK(configure(0, 0, 0x1000, b.device_frame()) == Error::illegal_operation);
    CHECK(b.error(index, Method::thread_configure, {0, 0, 0x1000}, {World::cnode, space}) ==
          Error::truncated_message);
    CHECK(thread.cspace_slot.empty());
    CHECK(thread.buffer == nullptr);
    REQUIRE(configure(guard, cobnut::ThreadFlags::alien, 0x1000 + offset, frame) == Error::none);
    auto* memory = static_cast<char*>(arch::to_virtual(b.world.slot(frame).memory()));
    CHECK(thread.buffer == memory + offset);
    CHECK(thread.buffer_address == 0x1000 + offset);
    CHECK(thread.flags == cobnut::ThreadFlags::alien);
    CHECK(thread.cspace_slot.badge == guard);
    CHECK(thread.node_size == World::slot_count);
    CHECK(thread.space == b.world.slot(space).pointer<VSpace>());
    REQUIRE(b.error(index, Method::thread_configure, {0, 0, 0}, {World::cnode, space}) == Error::none);
    CHECK(thread.buffer == nullptr);
    CHECK(b.error(index, Method::thread_set_ipc_buffer, {0x1000}) == Error::truncated_message);
    CHECK(b.error(index, Method::thread_set_ipc_buffer, {0x1001}, {frame}) == Error::misaligned);
    CHECK(b.error(index, Method::thread_set_ipc_buffer, {0x1000}, {space}) ==
          Error::invalid_capability);
    REQUIRE(b.error(index, Method::thread_set_ipc_buffer, {0x3000}, {frame}) == Error::none);
    CHECK(thread.buffer == memory);
    REQUIRE(b.error(index, Method::thread_set_ipc_buffer, {0}) == Error::none);
    CHECK(thread.buffer == nullptr);
    CHECK(thread.buffer_slot.empty());
}

TEST_CASE("a thread that holds the last capability of its CNode keeps it", "[thread]") {
    Bench b;
    const Word index = b.world.make(ObjectType::thread), space = b.world.make(ObjectType::vspace);
    const Word node = b.world.make(ObjectType::cnode, 4);
    REQUIRE(b.error(index, Method::thread_set_space, {0}, {node, space}) == Error::none);
    CHECK(b.world.object<Thread>(index).node == nullptr); // its guard is shorter than a path
    b.drop(node);
    CHECK(b.error(index, Method::thread_set_space, {0}, {World::cnode, space}) ==
          Error::illegal_operation);
    CHECK(b.world.object<Thread>(index).cspace_slot.radix() == 4);
}

TEST_CASE("a handler needs an endpoint that can be called", "[thread]") {
    Bench b;
    const Word endpoint = b.world.make(ObjectType::endpoint);
    const Slot& slot = b.world.root().fault_slot;
    const Slot& timeout = b.world.root().timeout_slot;
    const auto set = [&](Word rights) {
        return b.error(World::thread, Method::thread_set_fault_handler, {},
                       {b.copy(endpoint, rights)});
    };
    CHECK(set(Rights::write_bit | Rights::read_bit) == Error::missing_right);
    CHECK(set(Rights::read_bit | Rights::grant_bit | Rights::grant_reply_bit) ==
          Error::missing_right);
    CHECK(slot.empty());
    CHECK(set(Rights::write_bit | Rights::grant_bit) == Error::none);
    CHECK(set(Rights::write_bit | Rights::grant_reply_bit) == Error::none);
    CHECK(slot.type() == ObjectType::endpoint);
    REQUIRE(b.error(World::thread, Method::thread_set_timeout_handler, {}, {endpoint}) == Error::none);
    CHECK(timeout.type() == ObjectType::endpoint);
    REQUIRE(b.error(World::thread, Method::thread_set_fault_handler) == Error::none);
    CHECK(slot.empty());
    REQUIRE(b.error(World::thread, Method::thread_set_timeout_handler) == Error::none);
    CHECK(timeout.empty());
}

TEST_CASE("a handler that ends many waiters is set bit by bit", "[thread]") {
    Bench b;
    const Word endpoint = b.world.make(ObjectType::endpoint);
    Thread& root = b.world.root();
    REQUIRE(b.error(World::thread, Method::thread_set_fault_handler, {}, {endpoint}) == Error::none);
    std::vector<Thread*> waiters;
    for (unsigned i = 0; i < 40; ++i) {
        Thread& waiter = b.world.make_thread(root.priority());
        waiters.push_back(&waiter);
        b.world.hand_over(root, waiter);
        waiter.registers.a0 = endpoint;
        REQUIRE(b.world.syscall(Syscall::wait) == &root);
        sched::set_priority(b.world.cpu(), waiter, 50);
    }
    b.drop(endpoint);
    b.world.call_preempted(World::thread, Method::thread_set_fault_handler, {});
    unsigned woken = 0;
    for (const Thread* waiter : waiters)
        woken += waiter->wait == Wait::nothing ? 1 : 0;
    CHECK(woken > 0);
    CHECK(woken < waiters.size());
    root.registers.pc = 0x1000;
    REQUIRE(b.error(World::thread, Method::thread_set_fault_handler) == Error::none);
    for (const Thread* waiter : waiters)
        CHECK(waiter->wait == Wait::nothing);
    CHECK(root.fault_slot.empty());
}

TEST_CASE("priorities end at the authority's maximum", "[thread]") {
    Bench b;
    const Word index = b.world.make(ObjectType::thread), limited = b.world.make(ObjectType::thread);
    b.world.object<Thread>(limited).max_priority = 50;
    const auto set = [&](Word priority, Word most) {
        return b.error(index, Method::thread_set_priority, {priority, most}, {limited});
    };
    CHECK(set(51, 50) == Error::out_of_range);
    CHECK(set(50, 51) == Error::out_of_range);
    REQUIRE(set(50, 49) == Error::none);
    CHECK(b.world.object<Thread>(index).priority() == 50);
    CHECK(b.world.object<Thread>(index).max_priority == 49);
}

TEST_CASE("a notification is bound to one thread, which may read it", "[thread]") {
    Bench b;
    const Word threads = b.world.make(ObjectType::thread, 0, 2);
    const Word notification = b.world.make(ObjectType::notification, 0, 3);
    const auto bind = [&](Word thread, Word to) {
        return b.error(thread, Method::thread_bind_notification, {}, {to});
    };
    CHECK(bind(threads, b.copy(notification, Rights::write_bit)) == Error::missing_right);
    CHECK(b.error(threads, Method::thread_unbind_notification) == Error::not_bound);
    REQUIRE(bind(threads, notification) == Error::none);
    CHECK(bind(threads, notification + 1) == Error::in_use);
    CHECK(bind(threads + 1, notification) == Error::in_use);
    Thread& waiter = b.world.make_thread(200);
    REQUIRE(b.world.settle() == &waiter);
    waiter.registers.a0 = notification + 2;
    REQUIRE(b.world.syscall(Syscall::wait) == &b.world.root());
    CHECK(bind(threads + 1, notification + 2) == Error::in_use);
    REQUIRE(b.error(threads, Method::thread_unbind_notification) == Error::none);
    CHECK(bind(threads + 1, notification) == Error::none);
}

TEST_CASE("registers of others alone are read, written and copied", "[thread]") {
    Bench b;
    const Word index = b.world.make(ObjectType::thread, 0, 2);
    auto& first = b.world.object<Thread>(index);
    auto& second = b.world.object<Thread>(index + 1);
    CHECK(b.error(World::thread, Method::thread_write_registers, {0, 0, 0}) ==
          Error::illegal_operation);
    CHECK(b.error(World::thread, Method::thread_copy_registers, {0, 0}, {index}) ==
          Error::illegal_operation);
    CHECK(b.error(index, Method::thread_copy_registers, {0, 0}, {World::thread}) ==
          Error::illegal_operation);
    first.active = 1;
    first.gate &= ~Gate::suspended;
    REQUIRE(b.call(index, Method::thread_read_registers, {1, 0, 0}).words == Words{0});
    CHECK((first.gate & Gate::suspended) != 0);
    first.frame_kind = FrameKind::running;
    first.gate &= ~Gate::full_frame;
    first.debug.single_step = 1;
    REQUIRE(b.error(index, Method::thread_write_registers, {1, 0, 1, 0x1230}) == Error::none);
    CHECK(first.registers.pc == 0x1230);
    CHECK(first.frame_kind == FrameKind::full);
    CHECK((first.gate & Gate::full_frame) != 0);
    CHECK((first.gate & Gate::suspended) == 0);
    REQUIRE(b.error(index + 1, Method::thread_copy_registers, {1, 1}, {index}) == Error::none);
    CHECK((first.gate & Gate::suspended) != 0);
    CHECK((second.gate & Gate::suspended) == 0);
    CHECK(second.registers.pc == 0x1230);
    first.debug.single_step = 0;
    CHECK(b.error(index, Method::thread_set_flags, {0, 0x40}) == Error::invalid_argument);
    CHECK(b.error(index, Method::thread_set_flags, {0, cobnut::ThreadFlags::fpu}) ==
          Error::not_supported);
    CHECK(b.call(index, Method::thread_set_flags, {0, cobnut::ThreadFlags::alien}).words ==
          Words{cobnut::ThreadFlags::alien});
    CHECK(b.call(index, Method::thread_set_flags, {cobnut::ThreadFlags::alien, 0}).words == Words{0});
    REQUIRE(b.error(index, Method::thread_resume) == Error::none);
    CHECK((first.gate & Gate::suspended) == 0);
    REQUIRE(b.error(index, Method::thread_suspend) == Error::none);
    CHECK((first.gate & Gate::suspended) != 0);
    CHECK(b.call(index, Method::thread_info).words == Words{8, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("breakpoints lie in user memory, and a hit finds its own", "[thread]") {
    using cobnut::BreakpointKind;
    Bench b;
    const Word index = b.world.make(ObjectType::thread);
    const auto& thread = b.world.object<Thread>(index);
    const auto set = [&](Word number, BreakpointKind kind, Word address, Word size) {
        return b.error(index, Method::thread_set_breakpoint,
                       {number, static_cast<Word>(kind), address, size});
    };
    CHECK(set(0, BreakpointKind::execute, ~Word{0}, 0) == Error::out_of_range);
    CHECK(set(0, BreakpointKind::write, 0x1002, 4) == Error::misaligned);
    CHECK(set(0, BreakpointKind::write, 0x1000, 3) == Error::invalid_argument);
    CHECK(set(0, BreakpointKind::write, 0x1000, 16) == Error::invalid_argument);
    CHECK(set(0, BreakpointKind::write, 0x1000, 0) == Error::invalid_argument);
    CHECK(set(0, BreakpointKind::execute, 0x1000, 1) == Error::invalid_argument);
    CHECK(set(cobnut::breakpoint_count, BreakpointKind::none, 0, 0) == Error::out_of_range);
    CHECK(set(2, BreakpointKind::write, 0x1000, 4) == Error::not_supported);
    REQUIRE(set(0, BreakpointKind::execute, 0x2000, 0) == Error::none);
    REQUIRE(set(1, BreakpointKind::write, 0x2000, 8) == Error::none);
    CHECK(b.call(index, Method::thread_get_breakpoint, {1}).words ==
          Words{static_cast<Word>(BreakpointKind::write), 0x2000, 8});
    CHECK(b.error(index, Method::thread_get_breakpoint, {cobnut::breakpoint_count}) ==
          Error::out_of_range);
    CHECK(hardware_debug::hit(thread, true, 0x2000) == 0);
    CHECK(hardware_debug::hit(thread, false, 0x2000) == 1);
    CHECK(hardware_debug::hit(thread, false, 0x2007) == 1);
    CHECK(hardware_debug::hit(thread, false, 0x2008) == cobnut::breakpoint_count);
    CHECK(hardware_debug::hit(thread, true, 0x2001) == cobnut::breakpoint_count);
    CHECK(hardware_debug::hit(thread, false, 0x1fff) == cobnut::breakpoint_count);
    CHECK(b.error(index, Method::thread_set_single_step, {2}) == Error::invalid_argument);
}

TEST_CASE("a debug fault names the breakpoint, a call number in range is no fault", "[fault]") {
    Bench b;
    Thread& root = b.world.root();
    root.debug.kind[1] = cobnut::BreakpointKind::write;
    root.debug.address[1] = 0x2000;
    root.debug.size[1] = 4;
    root.update_traced();
    root.registers.a0 = b.world.make(ObjectType::notification);
    // One that is traced for its breakpoints makes its calls.
    REQUIRE(b.world.enter([] { kernel_unknown_syscall(static_cast<Word>(Syscall::nb_wait)); }) ==
            &root);
    CHECK(cobnut::Tag{root.registers.tag()}.error() == Error::would_block);
    CHECK(root.frame_kind == FrameKind::full);
    (void)b.world.enter([] { kernel_debug(cobnut::DebugReason::watchpoint, 0x2003); });
    CHECK(root.fault.type == static_cast<Word>(cobnut::FaultType::debug));
    CHECK(root.fault.word[0] == static_cast<Word>(cobnut::DebugReason::watchpoint));
    CHECK(root.fault.word[1] == 0x2003);
    CHECK(root.fault.word[2] == 1);
    CHECK((root.gate & Gate::suspended) != 0);
    thread_control::resume(b.world.cpu(), root);
    REQUIRE(b.world.settle() == &root);
    (void)b.world.enter([] { kernel_user_exception(7, 8); });
    CHECK(root.fault.type == static_cast<Word>(cobnut::FaultType::user_exception));
    CHECK(root.fault.word[1] == 8);
    thread_control::resume(b.world.cpu(), root);
    REQUIRE(b.world.settle() == &root);
    (void)b.world.enter([] { kernel_unknown_syscall(cobnut::syscall_count); });
    CHECK(root.fault.type == static_cast<Word>(cobnut::FaultType::unknown_syscall));
    CHECK(root.fault.word[0] == cobnut::syscall_count);
    thread_control::resume(b.world.cpu(), root);
    REQUIRE(b.world.settle() == &root);
}
