// SPDX-License-Identifier: BSD-2-Clause
// What the methods refuse, at the limits of what they take, and what they do just within.
#include "world.hpp"

#include <cobnut/abi/fault.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/cap/progress.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/object/debug.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/partition.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/ring.hpp>

#include <utility>

namespace {

using namespace kernel;
using cobnut::Method;
using cobnut::Syscall;
using test::Outcome;
using test::World;
using Words = std::vector<Word>;

constexpr Word hour = Word{60} * 60 * 1'000'000; ///< The longest period, in microseconds.

struct Bench {
    World world;
    ~Bench() { test::check_invariants(world); }

    Outcome call(Word path, Method method, std::initializer_list<Word> words = {},
                 std::initializer_list<Word> capabilities = {}) {
        return world.call(path, method, words, capabilities);
    }
    Error error(Word path, Method method, std::initializer_list<Word> words = {},
                std::initializer_list<Word> capabilities = {}) {
        return world.call(path, method, words, capabilities).error;
    }
    Word copy(Word of, Word rights) {
        const Word slot = world.free_slot();
        REQUIRE(error(World::cnode, Method::cnode_copy, {slot, word_bits, of, word_bits, rights},
                      {World::cnode}) == Error::none);
        return slot;
    }
    Word drop(Word slot) {
        REQUIRE(error(World::cnode, Method::cnode_delete, {slot, word_bits}) == Error::none);
        return slot;
    }
    /// As if it came out of a device's Untyped.
    Word device_frame() {
        const Word frame = world.make(ObjectType::frame, 12);
        world.slot(frame).object.word |= SlotRights::device << 8;
        return frame;
    }
    /// A capability that the kernel makes at boot.
    Word control(ObjectType type, Word badge) {
        const Word slot = world.free_slot();
        world.slot(slot).set(type, nullptr, rights_byte(Rights::all()), badge);
        derivation::insert_child(*kernel_state.root, world.slot(slot));
        return slot;
    }
    /// Somebody else has begun to revoke what is in the slot.
    void revoke_begins(Word slot) {
        Thread& other = world.object<Thread>(world.make(ObjectType::thread));
        other.gate &= ~Gate::suspended;
        REQUIRE(progress::remember(LongWork::revoke, world.slot(slot), other) != nullptr);
    }
};

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
    auto* memory = static_cast<char*>(arch::to_virtual(b.world.slot(frame).object.physical()));
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

TEST_CASE("budget and period have limits", "[sched_context]") {
    Bench b;
    const Word index = b.world.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits);
    auto& context = b.world.object<SchedContext>(index);
    const Word room = context.refill_max;
    const auto configure = [&](Word budget, Word period, Word extra) {
        return b.error(World::sched_control, Method::sched_control_configure,
                       {budget, 0, period, 0, extra, 9}, {index});
    };
    CHECK(configure(sched::min_budget_us - 1, 1000, 0) == Error::time_out_of_range);
    CHECK(configure(hour + 1, hour + 1, 0) == Error::time_out_of_range);
    CHECK(configure(1000, 999, 0) == Error::time_out_of_range);
    CHECK(configure(1000, hour + 1, 0) == Error::time_out_of_range);
    CHECK(configure(1000, 2000, room - 1) == Error::out_of_range);
    CHECK(context.budget == 0);
    REQUIRE(configure(sched::min_budget_us, hour, room - 2) == Error::none);
    CHECK(context.budget == sched::min_budget_us);
    CHECK(context.period == hour);
    CHECK(context.refill_max == room);
    CHECK(context.badge == 9);
    REQUIRE(configure(hour, hour, 0) == Error::none);
    CHECK(context.period == 0);
    CHECK(context.refill_max == 2);
    const auto with_flags = [&](Word flags) {
        return b.error(World::sched_control, Method::sched_control_configure,
                       {1000, 0, 5000, 0, 0, 0, flags}, {index});
    };
    CHECK(with_flags(2) == Error::invalid_argument);
    REQUIRE(with_flags(cobnut::SchedFlags::constant_bandwidth) == Error::none);
    CHECK(context.refill_max == 1);
}

TEST_CASE("the schedule of partitions has limits", "[partition]") {
    Bench b;
    const Word thread = b.world.make(ObjectType::thread);
    const auto set = [&](std::initializer_list<Word> words) {
        return b.error(World::sched_control, Method::sched_control_set_schedule, words);
    };
    const auto enter = [&](Word partition) {
        return b.error(World::sched_control, Method::sched_control_set_partition, {partition},
                       {thread});
    };
    const Word least = sched::min_pad_us;
    CHECK(enter(cobnut::partition_count) == Error::out_of_range);
    REQUIRE(enter(cobnut::partition_count - 1) == Error::none);
    CHECK(sched::partition_of(b.world.object<Thread>(thread).gate) == cobnut::partition_count - 1);
    CHECK(set({least, cobnut::partition_slot_count + 1}) == Error::out_of_range);
    CHECK(set({least, 1, 0}) == Error::truncated_message);
    CHECK(set({least - 1, 1, 0, 500}) == Error::time_out_of_range);
    CHECK(set({hour + 1, 1, 0, 500}) == Error::time_out_of_range);
    CHECK(set({least, 1, cobnut::partition_count, 500}) == Error::out_of_range);
    CHECK(set({least, 1, 0, least - 1}) == Error::time_out_of_range);
    CHECK(set({least, 1, 0, hour + 1}) == Error::time_out_of_range);
    CHECK(kernel_state.partitions.count == 0);
    REQUIRE(set({least, 2, 0, hour, 0, least}) == Error::none);
    CHECK(kernel_state.partitions.count == 2);
    CHECK(kernel_state.partitions.pad == least);
    CHECK(kernel_state.partitions.slots[0].length == hour);
    CHECK(kernel_state.partitions.slots[1].length == least);
    REQUIRE(set({0, 0}) == Error::none);
    CHECK(kernel_state.partitions.count == 0);
}

TEST_CASE("yield_to brings a ready thread to the front, not past the caller's priority",
          "[sched_context]") {
    Bench b;
    const Word index = b.world.free_slot();
    Thread& other = b.world.make_thread(100);
    const Word context = index + 1;
    Thread& peer = b.world.make_thread(100);
    const auto yield_to = [&] { return b.error(context, Method::sched_context_yield_to); };
    REQUIRE(b.world.slot(context).type() == ObjectType::sched_context);
    sched::set_priority(b.world.cpu(), other, 60);
    sched::set_priority(b.world.cpu(), peer, 60);
    CHECK(b.world.cpu().ready.first[60] == &other);
    sched::set_priority(b.world.cpu(), other, 60); // behind its peer
    REQUIRE(b.world.cpu().ready.first[60] == &peer);
    REQUIRE(yield_to() == Error::none);
    CHECK(b.world.cpu().ready.first[60] == &other);
    CHECK(b.world.cpu().current == &b.world.root());
    thread_control::suspend(b.world.cpu(), other);
    CHECK(yield_to() == Error::none);
    CHECK(other.queued == 0);
    sched::set_priority(b.world.cpu(), other, 101);
    CHECK(yield_to() == Error::illegal_operation);
    sched::set_priority(b.world.cpu(), other, 100);
    thread_control::resume(b.world.cpu(), other);
    Thread& root = b.world.root();
    b.world.put_message(root, static_cast<Word>(Method::sched_context_yield_to), {}, {});
    root.registers.a0 = context;
    REQUIRE(b.world.syscall(Syscall::call) == &other);
    CHECK(b.world.cpu().ready.first[100] == &root);
    other.registers.a0 = World::slot_count;
    sched::set_priority(b.world.cpu(), other, 50);
    REQUIRE(b.world.settle() == &root);
    REQUIRE(b.error(context, Method::sched_context_unbind) == Error::none);
    CHECK(yield_to() == Error::not_bound);
}

TEST_CASE("a context that is bound lets its thread run", "[sched_context]") {
    Bench b;
    const Word index = b.world.make(ObjectType::thread);
    const Word context = b.world.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits);
    auto& thread = b.world.object<Thread>(index);
    sched::configure(b.world.cpu(), b.world.object<SchedContext>(context), 1000, 0, 2);
    sched::set_priority(b.world.cpu(), thread, 40);
    thread_control::resume(b.world.cpu(), thread);
    CHECK(thread.queued == 0);
    REQUIRE(b.error(context, Method::sched_context_bind, {}, {index}) == Error::none);
    CHECK(thread.queued == 1);
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

TEST_CASE("what is being revoked gives no copies away", "[revocation]") {
    Bench b;
    const Word frame = b.world.make(ObjectType::frame, 12), endpoint = b.world.make(ObjectType::endpoint);
    const Word notification = b.world.make(ObjectType::notification);
    const Word space = b.world.make(ObjectType::vspace), thread = b.world.make(ObjectType::thread);
    const Word handler = b.world.free_slot();
    REQUIRE(b.error(World::irq_control, Method::irq_control_get, {5, 0, handler, word_bits},
                    {World::cnode}) == Error::none);
    for (const Word index : {frame, endpoint, notification, World::irq_control})
        b.revoke_begins(index);
    CHECK(b.error(thread, Method::thread_configure, {0, 0, 0x1000}, {World::cnode, space, frame}) ==
          Error::busy);
    CHECK(b.error(thread, Method::thread_set_ipc_buffer, {0x1000}, {frame}) == Error::busy);
    CHECK(b.error(World::trace, Method::trace_set_frame, {0}, {frame}) == Error::busy);
    CHECK(b.error(thread, Method::thread_set_fault_handler, {}, {endpoint}) == Error::busy);
    CHECK(b.error(thread, Method::thread_set_timeout_handler, {}, {endpoint}) == Error::busy);
    CHECK(b.error(handler, Method::irq_handler_set_notification, {}, {notification}) == Error::busy);
    CHECK(b.error(World::irq_control, Method::irq_control_get,
                  {6, 0, b.world.free_slot(), word_bits}, {World::cnode}) == Error::busy);
    b.revoke_begins(space);
    CHECK(b.error(thread, Method::thread_set_space, {0}, {World::cnode, space}) == Error::busy);
    b.revoke_begins(World::cnode);
    const Word other = b.world.slot(World::cnode).badge;
    CHECK(b.error(thread, Method::thread_set_space, {other}, {World::cnode, space}) == Error::busy);
    kernel_state.progress_count = 0;
}

TEST_CASE("capabilities of an endpoint with another badge, and objects elsewhere, are not below it",
          "[revocation]") {
    Bench b;
    const Word endpoint = b.world.make(ObjectType::endpoint);
    const auto mint = [&](Word from, Word badge) {
        const Word slot = b.world.free_slot();
        REQUIRE(b.error(World::cnode, Method::cnode_mint,
                        {slot, word_bits, from, word_bits, Rights::all().bits, badge},
                        {World::cnode}) == Error::none);
        return slot;
    };
    const Word one = mint(endpoint, 1), two = mint(endpoint, 2);
    const Word inner = b.world.make(ObjectType::untyped, 14, 2);
    const auto retype = [&](Word from, ObjectType type, Word bits, Word to) {
        return b.error(from, Method::untyped_retype, {static_cast<Word>(type), bits, 0, 0, to, 1},
                       {World::cnode});
    };
    const Word frame = b.world.free_slot();
    REQUIRE(retype(inner, ObjectType::frame, 12, frame) == Error::none);
    const Word apart = b.world.free_slot();
    REQUIRE(retype(inner + 1, ObjectType::untyped, 12, apart) == Error::none);
    const auto copy = [&](Word from) {
        const Word to = b.world.free_slot();
        return b.error(World::cnode, Method::cnode_copy,
                       {to, word_bits, from, word_bits, Rights::all().bits}, {World::cnode});
    };
    b.revoke_begins(one);
    CHECK(copy(two) == Error::none);
    CHECK(copy(one) == Error::busy);
    b.revoke_begins(inner);
    CHECK(copy(frame) == Error::busy);
    CHECK(copy(endpoint) == Error::none);
    CHECK(copy(World::irq_control) != Error::busy); // no memory
    CHECK(copy(World::sched_control) == Error::none);
    CHECK(retype(inner + 1, ObjectType::frame, 12, b.world.free_slot()) == Error::none);
    CHECK(copy(apart) == Error::none);
    CHECK(copy(World::untyped) != Error::busy); // larger than what is revoked
    kernel_state.progress_count = 0;
}

TEST_CASE("rotate moves two capabilities on, or exchanges them", "[cnode]") {
    Bench b;
    const Word notification = b.world.make(ObjectType::notification);
    const Word endpoint = b.world.make(ObjectType::endpoint, 0, 2);
    const Word node = b.world.make(ObjectType::cnode, 4), empty = b.world.free_slot();
    const auto rotate = [&](Word to, Word new_pivot, Word pivot, Word new_from, Word from) {
        return b.error(World::cnode, Method::cnode_rotate,
                       {to, word_bits, new_pivot, pivot, word_bits, new_from, from, word_bits},
                       {World::cnode, World::cnode});
    };
    const Word guard = word_bits - 4;
    CHECK(rotate(empty, 0, endpoint, 0, endpoint) == Error::illegal_operation);
    CHECK(rotate(endpoint, 0, endpoint, 0, notification) == Error::illegal_operation);
    CHECK(rotate(World::cnode, 0, endpoint, 0, notification) == Error::slot_occupied);
    CHECK(rotate(empty, 0, empty + 1, 0, endpoint) == Error::slot_empty);
    CHECK(rotate(empty, 0, endpoint, 0, empty + 1) == Error::slot_empty);
    CHECK(rotate(empty, 3, endpoint, 0, notification) == Error::illegal_operation);
    CHECK(rotate(empty, 0, endpoint, 3, notification) == Error::illegal_operation);
    CHECK(rotate(empty, 0, node, 63 << 0 | 1 << 6, endpoint) != Error::none);
    REQUIRE(rotate(empty, guard, node, 0, notification) == Error::none);
    CHECK(b.world.slot(empty).type() == ObjectType::cnode);
    CHECK(b.world.slot(empty).badge == guard);
    CHECK(b.world.slot(node).type() == ObjectType::notification);
    CHECK(b.world.slot(notification).empty());
    REQUIRE(rotate(empty, 0, endpoint, guard - 1, empty) == Error::none);
    CHECK(b.world.slot(empty).type() == ObjectType::endpoint);
    CHECK(b.world.slot(endpoint).type() == ObjectType::cnode);
    CHECK(b.world.slot(endpoint).badge == guard - 1);
    CHECK(b.error(World::cnode, Method::cnode_revoke, {notification, word_bits}) ==
          Error::slot_empty);
    CHECK(b.error(World::cnode, Method::cnode_cancel_badged_sends, {notification, word_bits}) ==
          Error::slot_empty);
    CHECK(b.error(World::cnode, Method::cnode_cancel_badged_sends, {endpoint + 1, word_bits}) ==
          Error::illegal_operation);
    CHECK(b.error(World::cnode, Method::cnode_cancel_badged_sends, {node, word_bits}) ==
          Error::illegal_operation);
    CHECK(b.error(World::cnode, Method::cnode_delete, {notification, word_bits}) == Error::none);
}

TEST_CASE("frames of devices are mapped uncached, and their caches left alone", "[memory]") {
    using cobnut::CacheOperation;
    Bench b;
    const Word frame = b.world.make(ObjectType::frame, 12, 2), device = b.device_frame();
    const Word space = b.world.make(ObjectType::vspace), tables = b.world.make(ObjectType::page_table, 0, 4);
    const auto map = [&](Word from, Word address, Word rights, Word attributes) {
        return b.error(from, Method::frame_map, {address, rights, attributes}, {space});
    };
    while (map(device, 0x1000, 3, 0) == Error::missing_table) {
        static Word next = 0;
        next = b.world.slot(tables).mapping_space() == 0 ? 0 : next + 1;
        REQUIRE(b.error(tables + next, Method::page_table_map, {0x1000}, {space}) == Error::none);
        REQUIRE(next < 4);
    }
    CHECK(map(frame, 0x2000, 3, 3) == Error::invalid_argument);
    CHECK(map(frame, 0x2000, 3, 8) == Error::invalid_argument);
    CHECK(map(frame, 0x2000, 1, 0) == Error::missing_right);
    REQUIRE(map(frame, 0x2000, 3, 0) == Error::none);
    const auto set_rights = [&](Word rights, Word attributes) {
        return b.error(frame, Method::frame_set_rights, {rights, attributes});
    };
    CHECK(set_rights(3, 1) == Error::invalid_argument);
    CHECK(set_rights(1, 0) == Error::missing_right);
    CHECK(set_rights(2, cobnut::MapAttributes::execute_never) == Error::none);
    CHECK(set_rights(2, 0) == Error::none); // gives nothing back
    CHECK(b.error(frame + 1, Method::frame_set_rights, {3, 0}) == Error::not_mapped);
    CHECK(b.error(device, Method::frame_set_rights, {3, 0}) == Error::none);
    const auto cache = [&](Word of, CacheOperation operation, Word offset, Word bytes) {
        return b.error(of, Method::frame_cache, {static_cast<Word>(operation), offset, bytes});
    };
    CHECK(b.error(frame, Method::frame_cache,
                  {static_cast<Word>(CacheOperation::unify) + 1, 0, 1}) == Error::invalid_argument);
    CHECK(cache(frame, CacheOperation::clean, 4097, 0) == Error::out_of_range);
    CHECK(cache(frame, CacheOperation::clean, 4096, 1) == Error::out_of_range);
    CHECK(cache(frame, CacheOperation::clean, 4000, 97) == Error::out_of_range);
    CHECK(cache(frame, CacheOperation::clean, 4096, 0) == Error::none);
    CHECK(cache(device, CacheOperation::clean, 0, 1) == Error::illegal_operation);
    CHECK(cache(b.copy(frame, Rights::read_bit), CacheOperation::invalidate, 0, 64) ==
          Error::missing_right);
    CHECK(cache(b.copy(frame, Rights::read_bit), CacheOperation::unify, 0, 64) == Error::none);
    CHECK(cache(b.copy(frame, Rights::write_bit), CacheOperation::clean, 0, 64) ==
          Error::missing_right);
    const Word address = b.world.slot(frame).object.physical().raw();
    CHECK(b.call(frame, Method::frame_address).words == Words{address, 0, 12});
}

TEST_CASE("cache maintenance that is preempted goes on behind what is done", "[memory]") {
    Bench b;
    const Word frame = b.world.make(ObjectType::frame, 21);
    Thread& root = b.world.root();
    b.world.call_preempted(frame, Method::frame_cache,
                           {static_cast<Word>(cobnut::CacheOperation::clean), 4096, 0x100000});
    const Word offset = root.registers.message(1), left = root.registers.message(2);
    CHECK(offset > 4096);
    CHECK(left > 0);
    CHECK(offset + left == 4096 + 0x100000);
}

TEST_CASE("retype makes what there is, where there is room", "[untyped]") {
    Bench b;
    const Word node = b.world.make(ObjectType::cnode, 4), endpoint = b.world.make(ObjectType::endpoint);
    const Word slot = b.world.free_slot();
    const auto retype = [&](Word type, Word bits, Word index, Word depth, Word first, Word count,
                            Word root) {
        return b.error(World::untyped, Method::untyped_retype, {type, bits, index, depth, first, count},
                       {root});
    };
    const auto word = [](ObjectType type) { return static_cast<Word>(type); };
    CHECK(retype(word(ObjectType::trace) + 1, 0, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(200, 0, 0, 0, slot, 1, World::cnode) == Error::invalid_argument);
    CHECK(retype(word(ObjectType::irq_handler), 0, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::untyped), 48, 0, 0, slot, 1, World::cnode) == Error::out_of_range);
    CHECK(retype(word(ObjectType::endpoint), 1, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::thread), 5, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::frame), 13, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::endpoint), 0, endpoint, word_bits, 0, 1, World::cnode) ==
          Error::invalid_capability);
    CHECK(retype(word(ObjectType::endpoint), 0, 0, 3, 0, 1, World::cnode) != Error::none);
    REQUIRE(retype(word(ObjectType::endpoint), 0, node, word_bits, 15, 1, World::cnode) ==
            Error::none);
    CHECK(b.world.slot(node).pointer<Slot>()[15].type() == ObjectType::endpoint);
    CHECK(retype(word(ObjectType::endpoint), 0, node, word_bits, 15, 1, World::cnode) ==
          Error::slot_occupied);
    CHECK(retype(word(ObjectType::endpoint), 0, node, word_bits, 16, 1, World::cnode) ==
          Error::out_of_range);
    const Word size = b.world.slot(World::untyped).untyped_bits();
    CHECK(b.call(World::untyped, Method::untyped_query).words[0] == size);
    // A device's memory becomes Frames and Untypeds, which stay a device's.
    const Word inner = b.world.make(ObjectType::untyped, 16);
    b.world.slot(inner).badge |= Slot::untyped_device;
    const auto divide = [&](ObjectType type, Word bits, Word to) {
        return b.error(inner, Method::untyped_retype, {word(type), bits, 0, 0, to, 1},
                       {World::cnode});
    };
    const Word first = b.world.free_slot();
    CHECK(divide(ObjectType::endpoint, 0, first) == Error::illegal_operation);
    REQUIRE(divide(ObjectType::frame, 12, first) == Error::none);
    CHECK(b.world.slot(first).frame_is_device());
    CHECK((b.world.slot(first).rights().bits & 3) == Rights::read_write().bits);
    REQUIRE(divide(ObjectType::untyped, 12, first + 1) == Error::none);
    CHECK(b.call(first + 1, Method::untyped_query).words == Words{12, 0, 0, 2});
    CHECK(b.call(inner, Method::untyped_query).words[1] == 0x2000);
    b.drop(first);
    b.drop(first + 1);
    b.world.slot(inner).badge ^= Slot::untyped_device | Slot::untyped_frames_only;
    CHECK(b.call(inner, Method::untyped_query).words[3] == 1);
    CHECK(divide(ObjectType::reply, 0, first) == Error::illegal_operation);
    b.world.slot(inner).badge ^= Slot::untyped_frames_only;
}

TEST_CASE("a message with too few words or capabilities is no method's", "[invocation]") {
    Bench b;
    Thread& root = b.world.root();
    CHECK(b.error(World::cnode, Method::cnode_delete, {1}) == Error::truncated_message);
    CHECK(b.error(World::cnode, Method::cnode_copy, {200, word_bits, 1, word_bits, 1}) ==
          Error::truncated_message);
    CHECK(b.error(World::cnode, Method::frame_unmap) == Error::invalid_method);
    CHECK(b.error(World::cnode, static_cast<Method>(0x2ff)) == Error::invalid_method);
    CHECK(b.error(World::thread, Method::thread_copy_registers, {0, 0}, {World::cnode}) ==
          Error::invalid_capability);
    CHECK(b.error(World::thread, Method::thread_copy_registers, {0, 0}, {World::slot_count - 1}) ==
          Error::invalid_capability);
    CHECK(b.error(World::thread, Method::thread_copy_registers, {0, 0}, {World::slot_count}) ==
          Error::failed_lookup);
    // More words than any method takes are no fault of the caller.
    b.world.put_message(root, static_cast<Word>(Method::untyped_query), std::vector<Word>(120), {});
    root.registers.a0 = World::untyped;
    (void)b.world.syscall(Syscall::call);
    CHECK(cobnut::Tag{root.registers.tag()}.error() == Error::none);
    void* buffer = std::exchange(root.buffer, nullptr);
    b.world.put_message(root, static_cast<Word>(Method::cnode_revoke), {1, word_bits, 0, 0, 0}, {});
    root.registers.a0 = World::cnode;
    (void)b.world.syscall(Syscall::call);
    CHECK(cobnut::Tag{root.registers.tag()}.error() == Error::no_buffer);
    root.buffer = buffer;
}

TEST_CASE("links of capabilities in 32-bit words keep neighbours and flags apart", "[slot]") {
    alignas(32) Slot slots[3];
    SlotLinks32 links;
    links.set_in_thread(true);
    links.set_extra(0x1234);
    links.join(&slots[0], &slots[1], true);
    CHECK(links.prev() == &slots[0]);
    CHECK(links.next() == &slots[1]);
    CHECK(links.child() == nullptr);
    CHECK(links.last());
    CHECK(links.in_thread());
    links.set_child(&slots[2]);
    links.set_last(false);
    CHECK(links.child() == &slots[2]);
    CHECK(!links.last());
    CHECK(links.in_thread());
    links.set_in_thread(false);
    links.set_last(true);
    links.set_next(&slots[0]);
    links.set_prev(&slots[1]);
    CHECK(links.child() == &slots[2]);
    CHECK(links.last());
    CHECK(!links.in_thread());
    CHECK(links.next() == &slots[0]);
    CHECK(links.prev() == &slots[1]);
    CHECK(links.extra() == 0x1234);
    links.join(&slots[0], &slots[1], false);
    CHECK(!links.last());
    CHECK(links.child() == nullptr);
}
