// SPDX-License-Identifier: BSD-2-Clause
// The fastpaths that switch to another thread, just at their conditions: each scene is played with
// them and without, all that changes is compared, and who took it is known.
#include "switching_scene.hpp"

#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/mm/asid.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/vspace.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/partition.hpp>
#include <generic/sched/scheduler.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace kernel;
using namespace test::switching;
using cobnut::Tag;
using test::World;

/// A change of a scene that a fastpath would take as it is, for which actions it is made, and which
/// of them the slow path has to do then.
struct Change {
    const char* name;
    void (*make)(Scene&);
    unsigned actions;
    unsigned refused;
    bool sound = true; ///< The invariants hold all the same.
};

void set_priority(Scene& s, unsigned priority) { sched::set_priority(s.cpu(), *s.to, priority); }

void set_message(Scene& s, unsigned words) {
    std::vector<Word> message(words);
    for (unsigned i = 0; i < words; ++i)
        message[i] = 1000 + i;
    s.world.put_message(*s.from, 7, message, {});
}

/// The timer is set to end something else then.
void set_timer(Scene& s, Ticks deadline) {
    Cpu& cpu = s.cpu();
    const Ticks end = cpu.slice_end();
    cpu.deadline = arch::host::machine.deadline = deadline;
    cpu.switch_until = end < deadline ? 0 : deadline;
    cpu.end_slice(end);
}

/// So much of the running slice is left.
void set_slice(Scene& s, Ticks left) {
    const Ticks end = s.cpu().slice_end();
    set_timer(s, end);
    arch::host::machine.now = end - left;
}

void set_right(Scene& s, Word rights) {
    s.path = s.minted(s.is(calls | sends | answers) ? s.endpoint : s.notification, rights);
}

void leave_early(Scene& s) {
    thread_control::suspend(s.cpu(), *s.to);
    ipc::leave_queue(s.cpu(), *s.to);
}

/// The running context has been lent to the running thread.
void lend_before(Scene& s) {
    Reply& outer = s.world.object<Reply>(s.spare_reply);
    ipc::offer(outer, *s.from, s.spare_reply);
    Thread& caller = s.world.make_thread(30, true);
    SchedContext& context = s.context();
    sched::forget_home(&context);
    context.home = &caller;
    caller.own_context = &context;
    outer.caller = &caller;
    outer.sched_context = &context;
    context.top = &outer;
    caller.wait = Wait::in(&outer);
}

/// What it carries is that capability.
void set_capability(Scene& s, Word path) { s.world.put_message(*s.from, 7, {11, 22}, {path}); }

/// A received capability's place is told from a CNode of 16 slots with this guard.
void set_place(Scene& s, Word guard, unsigned guard_bits, Word index, Word depth) {
    auto& buffer = s.world.buffer(*s.to);
    buffer.receive_root = s.world.make(ObjectType::cnode, 4);
    s.world.slot(buffer.receive_root).badge = guard << 6 | guard_bits;
    buffer.receive_index = index;
    buffer.receive_depth = depth;
    set_capability(s, s.spare_reply);
}

constexpr unsigned not_yield = everything & ~bit(yield);
constexpr unsigned messages = calls | sends | replies;
constexpr unsigned caps_fit = bit(call_capability);

const Change changes[] = {
    {"as it is", [](Scene&) {}, everything, 0},
    {"the partner is suspended", [](Scene& s) { thread_control::suspend(s.cpu(), *s.to); },
     not_yield, not_yield},
    {"the partner is an alien",
     [](Scene& s) { thread_control::set_flags(s.cpu(), *s.to, 0, cobnut::ThreadFlags::alien); },
     everything, everything},
    {"the partner may read counters", [](Scene& s) { s.to->gate |= Gate::counters; }, everything,
     everything},
    {"the partner is in another partition", [](Scene& s) { sched::set_partition(s.cpu(), *s.to, 1); },
     not_yield, not_yield},
    {"the partner's address space has no identifier",
     [](Scene& s) {
         asid::release(*s.to->space);
         asid::activate(*s.from->space);
     },
     everything, everything},
    {"the partner's address space is the same",
     [](Scene& s) {
         Slot& slot = s.from->vspace_slot;
         thread_control::set_vspace(s.cpu(), *s.to, slot);
     },
     everything, 0},
    {"the partner has a full frame",
     [](Scene& s) { s.to->gate |= Gate::full_frame, s.to->frame_kind = FrameKind::full; },
     everything, bit(call_own) | replies | urgent | faults},
    {"the caller has no full frame", [](Scene& s) { s.to->gate &= ~Gate::full_frame; }, answers,
     bit(answer_fault)},
    {"a priority above", [](Scene& s) { set_priority(s, 101); }, not_yield, 0},
    {"the same priority", [](Scene& s) { set_priority(s, 100); }, not_yield & ~answers, urgent},
    {"the priority of who is ready", [](Scene& s) { set_priority(s, 50); }, calls | faults, 0},
    {"a priority below who is ready", [](Scene& s) { set_priority(s, 49); }, calls | faults | answers,
     calls | faults | answers},
    {"others are ready beside who runs",
     [](Scene& s) { (void)s.world.make_thread(100), (void)s.world.make_thread(100); },
     urgent | bit(fault_own) | bit(yield), 0},
    {"nobody waits", leave_early, calls | sends | signals | faults,
     (calls | sends | bit(interrupt) | faults)},
    {"the partner offers no Reply",
     [](Scene& s) {
         ipc::offer_none(*s.to);
         s.world.object<Endpoint>(s.endpoint).head ^=
             Endpoint::fast_receivers | Endpoint::receivers;
     },
     calls | sends | faults | bound_signals, calls | faults},
    {"another of the same priority waits behind", [](Scene& s) { (void)s.companion(110); },
     not_yield & ~answers, 0},
    {"another of a lower priority waits too", [](Scene& s) { (void)s.companion(60); },
     not_yield & ~answers, calls | faults | urgent},
    {"no words", [](Scene& s) { set_message(s, 0); }, messages, 0},
    {"as many words as the registers hold", [](Scene& s) { set_message(s, 4); }, messages, 0},
    {"a word more than the registers hold", [](Scene& s) { set_message(s, 5); }, messages, 0},
    {"as many words as there can be", [](Scene& s) { set_message(s, 120); }, messages, 0},
    {"more words than there can be",
     [](Scene& s) { s.from->registers.set_tag(Tag(7, 121).raw()); }, messages, messages},
    {"words in registers, and no buffer there",
     [](Scene& s) { set_message(s, 4), s.to->buffer = nullptr; }, messages, 0},
    {"words in registers, and no buffer here",
     [](Scene& s) { set_message(s, 4), s.from->buffer = nullptr; }, messages, 0},
    {"words in the buffer, and none there",
     [](Scene& s) { set_message(s, 5), s.to->buffer = nullptr; }, messages, messages},
    {"words in the buffer, and none here",
     [](Scene& s) { set_message(s, 5), s.from->buffer = nullptr; }, messages, messages},
    {"a fault for a server without a buffer", [](Scene& s) { s.to->buffer = nullptr; }, faults,
     faults},
    {"a capability in the message",
     [](Scene& s) { s.world.put_message(*s.from, 7, {1}, {s.notification}); }, messages,
     messages & ~(bit(call_passive) | caps_fit)},
    {"a capability in the message, and no place for it",
     [](Scene& s) {
         s.world.put_message(*s.from, 7, {1}, {s.notification});
         s.world.buffer(*s.to).receive_index = s.endpoint;
     },
     messages, messages},
    {"the capability is a Frame",
     [](Scene& s) { set_capability(s, s.world.make(ObjectType::frame, 12)); }, caps_fit, 0},
    {"the capability is a PageTable",
     [](Scene& s) { set_capability(s, s.world.make(ObjectType::page_table)); }, caps_fit, caps_fit},
    {"the capability is an Untyped without children",
     [](Scene& s) { set_capability(s, s.world.make(ObjectType::untyped, 12)); }, caps_fit, 0},
    {"the capability is an Untyped with children", [](Scene& s) { set_capability(s, World::untyped); },
     caps_fit, caps_fit},
    {"there is no capability", [](Scene& s) { set_capability(s, World::slot_count - 2); }, caps_fit,
     caps_fit},
    {"the capability's path leads nowhere", [](Scene& s) { set_capability(s, World::slot_count); },
     caps_fit, caps_fit},
    {"the place is told by few bits", [](Scene& s) { set_place(s, 0, 0, 5, 4); }, caps_fit, 0},
    {"the place is told by more bits", [](Scene& s) { set_place(s, 0, 3, 5, 7); }, caps_fit, 0},
    {"the place is told by too few bits", [](Scene& s) { set_place(s, 0, 3, 5, 6); }, caps_fit, caps_fit},
    {"the place is told by too many bits", [](Scene& s) { set_place(s, 0, 3, 5, 8); }, caps_fit, caps_fit},
    {"the place lies behind a guard", [](Scene& s) { set_place(s, 5, 3, 0x55, 7); }, caps_fit, 0},
    {"the place lies behind another guard", [](Scene& s) { set_place(s, 5, 3, 5, 7); }, caps_fit, caps_fit},
    {"the place's path has bits that do not count", [](Scene& s) { set_place(s, 0, 3, 0x85, 7); }, caps_fit, 0},
    {"the place's root is no CNode",
     [](Scene& s) { s.world.buffer(*s.to).receive_root = World::thread; }, caps_fit, caps_fit},
    {"the place's root is nowhere",
     [](Scene& s) { s.world.buffer(*s.to).receive_root = World::slot_count; }, caps_fit, caps_fit},
    {"the slice has a tick left", [](Scene& s) { set_slice(s, 1); }, everything, 0},
    {"the slice is used up", [](Scene& s) { set_slice(s, 0); }, own & ~bit(interrupt) & ~bit(interrupt_bound), own},
    {"no time has passed", [](Scene& s) { arch::host::machine.now = s.cpu().slice_end() - sched::head_refill(s.context()).amount; },
     everything, 0},
    {"the timer is due", [](Scene& s) { set_timer(s, begin); },
     own & ~bit(interrupt) & ~bit(interrupt_bound), own},
    {"the timer is due in a moment", [](Scene& s) { set_timer(s, begin + 1); }, everything, 0},
    {"the partner's slice ends before the timer",
     [](Scene& s) { sched::head_refill(s.next_context()).amount = 200; }, own, exchanges | bit(fault_own)},
    {"the partner's slice ends with the timer",
     [](Scene& s) {
         sched::head_refill(s.next_context()).amount = s.cpu().deadline - begin;
     },
     own, 0},
    {"the partner's slice ends just before the timer",
     [](Scene& s) {
         sched::head_refill(s.next_context()).amount = s.cpu().deadline - begin - 1;
     },
     own, exchanges | bit(fault_own)},
    {"the running context has a period",
     [](Scene& s) {
         sched::configure(s.cpu(), s.context(), 5000, 9000, 2);
         const Ticks end = s.cpu().slice_end();
         s.cpu().switch_until = 0;
         s.cpu().end_slice(end);
     },
     own, own},
    {"the partner's context has a period",
     [](Scene& s) { sched::configure(s.cpu(), s.next_context(), 5000, 9000, 2); }, own, own},
    {"the partner has no context",
     [](Scene& s) {
         SchedContext& context = s.next_context();
         sched::take(s.cpu(), context);
         sched::forget_home(&context);
     },
     sends | signals | bound_signals | bit(reply_own), sends | signals | bound_signals | bit(reply_own)},
    {"another runs on the partner's context",
     [](Scene& s) {
         SchedContext& context = s.next_context();
         thread_control::suspend(s.cpu(), *s.other);
         s.other->sched_context->thread = nullptr;
         s.other->sched_context = &context;
         context.thread = s.other;
     },
     own & ~bit(yield), own, false},
    {"the running context is lent", lend_before, not_yield & ~answers, 0, false},
    {"the right to write is missing", [](Scene& s) { set_right(s, 14); },
     calls | sends | (signals & ~bit(interrupt)), calls | sends | signals},
    {"only the right to write is there", [](Scene& s) { set_right(s, 1); },
     calls | sends | (signals & ~bit(interrupt)), calls},
    {"the right to read is missing", [](Scene& s) { set_right(s, 13); }, answers, answers},
    {"only the right to read is there", [](Scene& s) { set_right(s, 2); }, answers, 0},
    {"the path leads nowhere", [](Scene& s) { s.path = World::slot_count; },
     calls | sends | answers, calls | sends | answers},
    {"the path leads to something else", [](Scene& s) { s.path = s.spare_reply; },
     calls | sends | answers, calls | sends | answers},
    {"the slot is empty", [](Scene& s) { s.path = World::slot_count - 1; }, calls | bit(send) | answers,
     calls | bit(send) | answers},
    {"the handler's slot is empty",
     [](Scene& s) {
         REQUIRE(thread_control::set_handler(s.cpu(), s.from->fault_slot, nullptr).ok());
     },
     faults, faults},
    {"the bound thread waits for something else",
     [](Scene& s) {
         ipc::leave_queue(s.cpu(), *s.to);
         auto& apart = s.world.object<Notification>(s.world.make(ObjectType::notification));
         s.to->wait = reinterpret_cast<Word>(&apart) | Wait::signal;
         ipc::queue_insert(apart.head, *s.to, Endpoint::receivers);
     },
     bound_signals, bit(interrupt_bound)},
    {"the bound thread is the one that runs",
     [](Scene& s) {
         auto& notification = s.world.object<Notification>(s.notification);
         if (notification.bound != nullptr)
             ipc::unbind(*notification.bound);
         ipc::bind(*s.from, notification);
     },
     bound_signals, bit(interrupt_bound)},
    {"the notification is bound to nobody",
     [](Scene& s) { ipc::unbind(*s.to); }, bound_signals, bit(interrupt_bound)},
    {"who runs has a signal to take",
     [](Scene& s) {
         auto& notification = s.world.object<Notification>(s.notification);
         notification.active = 1;
         notification.flags = 5;
         ipc::bind(*s.from, notification);
     },
     answers, answers},
    {"the caller has a signal to take",
     [](Scene& s) {
         auto& notification = s.world.object<Notification>(s.notification);
         notification.active = 1;
         notification.flags = 5;
         ipc::bind(*s.to, notification);
     },
     answers, answers},
    {"another Reply", [](Scene& s) { s.from->registers.reply_path = s.spare_reply; }, answers, answers},
    {"somebody waits to send already",
     [](Scene& s) {
         Thread& thread = s.world.make_thread(20);
         sched::make_unready(s.cpu(), thread);
         s.world.put_message(thread, 3, {9}, {});
         thread.wait = reinterpret_cast<Word>(&s.world.object<Endpoint>(s.endpoint)) | Wait::send;
         thread.badge = badge;
         ipc::queue_insert(s.world.object<Endpoint>(s.endpoint).head, thread, Endpoint::senders);
     },
     answers, answers},
    {"an answer that moves the thread",
     [](Scene& s) { s.world.put_message(*s.from, 0, {0x4444}, {}); }, bit(answer_fault), 0},
    {"an answer that moves its stack too",
     [](Scene& s) { s.world.put_message(*s.from, 0, {0x4444, 0x8888}, {}); }, bit(answer_fault),
     bit(answer_fault)},
    {"an answer that stops it", [](Scene& s) { s.world.put_message(*s.from, 1, {}, {}); },
     bit(answer_fault), bit(answer_fault)},
    {"an answer that is none", [](Scene& s) { s.world.put_message(*s.from, 2, {}, {}); },
     bit(answer_fault), bit(answer_fault)},
    {"the caller was given a context meanwhile",
     [](Scene& s) {
         SchedContext& context = *sched::context_of(s.world.make_thread(20));
         sched::take(s.cpu(), context);
         sched::forget_home(&context);
         sched::give(context, *s.to);
     },
     bit(reply_passive) | bit(answer_fault), bit(reply_passive) | bit(answer_fault)},
    {"the caller is gone",
     [](Scene& s) {
         ipc::cancel_call(s.cpu(), s.world.object<Reply>(s.reply), false);
         thread_control::suspend(s.cpu(), *s.to);
     },
     bit(reply_own), bit(reply_own)},
};

void compare(Action action, const Change& change) {
    CAPTURE(change.name, static_cast<unsigned>(action));
    std::vector<Scene::Field> results[2];
    for (const bool fast : {false, true}) {
        CAPTURE(fast);
        Scene scene(action);
        change.make(scene);
        const bool taken = scene.play(fast);
        CHECK(taken == (fast && (change.refused & bit(action)) == 0));
        results[fast] = scene.result();
        if (change.sound)
            test::check_invariants(scene.world);
    }
    REQUIRE(results[0].size() == results[1].size());
    for (size_t i = 0; i < results[0].size(); ++i)
        if (results[0][i] != results[1][i])
            FAIL_CHECK(results[0][i].name << " " << results[0][i].index << ": slow "
                       << results[0][i].value << ", fast " << results[1][i].value);
}

} // namespace

TEST_CASE("a switching fastpath is taken where it may be, and does what the slow path does",
          "[kernel]") {
    for (const Change& change : changes)
        for (unsigned action = 0; action < action_count; ++action)
            if ((change.actions & (1u << action)) != 0)
                compare(static_cast<Action>(action), change);
}
