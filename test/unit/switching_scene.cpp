// SPDX-License-Identifier: BSD-2-Clause
// The scenes of fastpaths that switch to another thread.
#include "switching_scene.hpp"

#include <arch/cpu.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/fastpath.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/mm/asid.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/vspace.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/scheduler.hpp>

#include <type_traits>
#include <utility>

namespace test::switching {

using namespace kernel;

Scene::Scene(Action what) : action(what) {
    arch::host::fastpaths = false;
    Thread& root = world.root();
    endpoint = world.make(ObjectType::endpoint);
    endpoint_badged = minted(endpoint, 15);
    notification = world.make(ObjectType::notification);
    notification_badged = minted(notification, 15);
    reply = world.make(ObjectType::reply, 0, 2);
    spare_reply = reply + 1;
    const Word spaces[] = {space(), space()};
    const Word handler = interrupt_handler();
    (void)handler;
    thread_control::set_vspace(world.cpu(), root, world.slot(spaces[0]));
    other = &world.make_thread(50);
    const bool passive = is(bit(call_passive) | bit(call_capability) | bit(fault_passive) |
                            bit(reply_passive) | bit(answer_fault)) != 0;
    Thread& partner = world.make_thread(is(bit(yield)) ? 100 : 110);
    thread_control::set_vspace(world.cpu(), partner, world.slot(spaces[1]));
    if (is(bit(yield))) // it has run once, so that it has an identifier
        asid::activate(*partner.space);
    (void)world.settle();
    if (!is(bit(yield)))
        wait(partner, passive);
    REQUIRE(world.cpu().current == &root);
    REQUIRE(thread_control::set_handler(world.cpu(), root.fault_slot,
                                        &world.slot(endpoint_badged)).ok());
    from = &root;
    to = &partner;
    if (is(answers))
        become_server();
    arch::host::machine.now = begin;
    path = is(calls | sends) ? endpoint_badged : is(answers) ? endpoint : notification_badged;
    if (is(bit(answer_fault)))
        world.put_message(*from, 0, {}, {});
    else
        world.put_message(*from, 7, {11, 22, 33}, {});
    if (is(bit(call_capability)))
        world.put_message(*from, 7, {11, 22}, {spare_reply});
}

Word Scene::minted(Word object, Word rights) {
    const Word slot = world.free_slot();
    REQUIRE(world.call(World::cnode, cobnut::Method::cnode_mint,
                       {slot, word_bits, object, word_bits, rights, badge}, {World::cnode})
                .error == Error::none);
    return slot;
}

Word Scene::space() {
    const Word made = world.make(ObjectType::vspace);
    const Word table = world.make(ObjectType::page_table);
    REQUIRE(world.call(table, cobnut::Method::page_table_map, {0}, {made}).error == Error::none);
    return made;
}

Word Scene::interrupt_handler() {
    const Word slot = world.free_slot();
    REQUIRE(world.call(World::irq_control, cobnut::Method::irq_control_get,
                       {3, 0, slot, word_bits}, {World::cnode}).error == Error::none);
    REQUIRE(world.call(slot, cobnut::Method::irq_handler_set_notification, {},
                       {notification_badged}).error == Error::none);
    return slot;
}

void Scene::form(Syscall number, Word at, Word reply_path) {
    auto& registers = world.cpu().current->registers;
    registers.a0 = at;
    registers.reply_path = reply_path;
    (void)world.syscall(number);
}

void Scene::wait(Thread& thread, bool passive) {
    REQUIRE(world.cpu().current == &thread);
    SchedContext* context = sched::context_of(thread);
    auto& buffer = world.buffer(thread);
    buffer.receive_root = World::cnode;
    buffer.receive_index = World::slot_count - 1;
    buffer.receive_depth = word_bits;
    if (is(bound_signals))
        ipc::bind(thread, world.object<Notification>(notification));
    if (is(signals))
        form(Syscall::wait, notification);
    else
        form(Syscall::recv, endpoint, reply);
    if (!passive)
        return;
    sched::take(world.cpu(), *context);
    sched::forget_home(context);
    thread.sched_context = nullptr;
}

void Scene::become_server() {
    std::swap(from, to);
    arch::host::machine.now = begin / 2;
    world.put_message(*to, 5, {1, 2}, {});
    if (is(bit(answer_fault)))
        REQUIRE(world.enter([&] { take_fault(0x77, 1, 2); }) == from);
    else
        form(Syscall::call, endpoint_badged);
    REQUIRE(world.cpu().current == from);
    from->registers.reply_path = reply;
}

void Scene::take_fault(Word address, Word access, Word status) {
    cpu().current->gate |= Gate::full_frame; // as stubs do
    kernel_vm_fault(address, access, status);
}

Thread& Scene::companion(unsigned priority) {
    Thread& thread = world.make_thread(priority);
    SchedContext& mine = *sched::context_of(thread);
    if (is(bit(yield) | answers)) {
        return thread;
    }
    sched::make_unready(cpu(), thread);
    const bool receives = !is(signals);
    Word& head = receives ? world.object<Endpoint>(endpoint).head
                          : world.object<Notification>(notification).head;
    if (receives)
        ipc::offer(world.object<Reply>(spare_reply), thread, spare_reply);
    const Word state = receives ? ipc_state(thread) : Endpoint::receivers;
    thread.wait = reinterpret_cast<Word>(&head) | (receives ? Wait::receive : Wait::signal);
    ipc::queue_insert(head, thread, state);
    if (sched::context_of(*to) == nullptr) {
        sched::take(cpu(), mine);
        sched::forget_home(&mine);
    }
    return thread;
}

Word Scene::ipc_state(Thread& thread) {
    return ipc::receiver_state(world.object<Endpoint>(endpoint), thread, true);
}

bool Scene::play(bool fast) {
    constexpr Ticks never = 0xdead'0000'0000;
    arch::host::fastpaths = fast;
    cpu().time = never;
    cpu().time_read = true;
    auto& registers = from->registers;
    registers.pc = 0x5000;
    registers.stack = 0x6000;
    if (!is(faults))
        registers.a0 = path;
    (void)world.enter([&] {
        if (is(calls))
            kernel_fast_call(path);
        if (is(answers))
            kernel_fast_reply_recv(path);
        if (is(faults))
            take_fault(0x1234, 1, 7);
        if (is(bit(interrupt) | bit(interrupt_bound))) {
            arch::host::machine.raised[3] = true;
            kernel_interrupt();
        }
        arch::BriefPolicy::number =
            static_cast<Word>(is(bit(yield))                   ? Syscall::yield
                              : is(bit(nb_send) | bit(nb_signal)) ? Syscall::nb_send
                                                               : Syscall::send);
        kernel_fast_brief(path);
    });
    return cpu().time_read && cpu().time == never;
}

std::vector<Scene::Field> Scene::result() {
    Cpu& core = cpu();
    std::vector<Field> all;
    Word index = 0;
    const auto add = [&](const char* name, auto value) {
        if constexpr (std::is_pointer_v<decltype(value)>)
            all.push_back({name, index, reinterpret_cast<Word>(value)});
        else
            all.push_back({name, index, static_cast<Word>(value)});
    };
    const Ticks pending = core.sched_context == nullptr
                              ? 0
                              : sched::head_refill(*core.sched_context).amount -
                                    (core.slice_end() - arch::host::machine.now);
    if (core.current != nullptr) {
        core.current->wait = Wait::nothing;
        core.current->sched_context = core.sched_context;
        core.sched_context->thread = core.current;
    }
    add("current", core.current);
    add("running context", core.sched_context);
    add("core's gate", core.gate);
    add("deadline", core.deadline);
    add("timer", arch::host::machine.deadline);
    add("space", arch::host::machine.space_root);
    add("identifier", arch::host::machine.space_asid);
    add("masked", arch::host::machine.masked.to_ullong());
    add("raised", arch::host::machine.raised.to_ullong());
    add("ready", core.ready.summary);
    for (const uint32_t word : core.ready.occupied)
        add("ready", word);
    for (Thread* first : core.ready.first)
        add("first ready", first);
    for (index = 0; index < World::slot_count; ++index) {
        const Slot& slot = world.slot(index);
        add("slot", slot.object.word);
        add("badge", slot.badge);
        if (slot.type() == ObjectType::thread) {
            auto& thread = world.object<Thread>(index);
            const auto& r = thread.registers;
            add("wait", thread.wait);
            add("gate", thread.gate);
            add("context", sched::context_of(thread));
            add("reply", thread.reply);
            add("next", thread.next);
            add("prev", thread.prev);
            add("lower", thread.lower);
            add("queued", thread.queued);
            add("fault", thread.fault.type);
            for (const Word word : thread.fault.word)
                add("fault word", word);
            add("pc", r.pc);
            add("stack", r.stack);
            add("badge", r.a0);
            add("tag", r.a1);
            for (const Word word : r.words)
                add("register", word);
            if (thread.buffer != nullptr)
                for (const Word word : world.buffer(thread).words)
                    add("buffer", word);
        } else if (slot.type() == ObjectType::endpoint) {
            add("queue", world.object<Endpoint>(index).head);
        } else if (slot.type() == ObjectType::notification) {
            const auto& object = world.object<Notification>(index);
            add("queue", object.head);
            add("flags", object.flags);
            add("active", object.active);
        } else if (slot.type() == ObjectType::reply) {
            const auto& object = world.object<Reply>(index);
            const bool lent = object.caller != nullptr && object.sched_context != nullptr;
            add("caller", object.caller);
            add("server", object.server);
            add("path", object.path);
            add("lent", lent ? object.sched_context : nullptr);
            add("outer", lent ? object.prev : nullptr);
            const bool inner = lent && object.up != nullptr && object.up->prev == &object &&
                               object.up->caller != nullptr;
            add("inner", inner ? object.up : nullptr);
        } else if (slot.type() == ObjectType::sched_context) {
            auto& object = world.object<SchedContext>(index);
            const Ticks used = &object == core.sched_context ? pending : 0;
            add("top", object.top);
            add("thread", object.thread);
            add("consumed", sched::consumed(object) + used);
            add("left", sched::head_refill(object).amount - used);
            add("released", object.released);
        }
    }
    return all;
}

} // namespace test::switching
