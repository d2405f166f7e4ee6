// SPDX-License-Identifier: BSD-2-Clause
// Emptying slots and destroying objects, in bounded steps and without recursion.
#include <generic/base/panic.hpp>
#include <generic/cap/deletion.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

namespace kernel::cap {

namespace {

/// Slots of a dying Thread; of a CNode: 1 << radix.
constexpr Word thread_zombie = 0xff;
constexpr Word thread_slots = 5;

Word zombie_slots(const Slot& zombie) {
    const Word radix = zombie.object.rights_byte();
    return radix == thread_zombie ? thread_slots : Word{1} << radix;
}

Slot* next_dying(const Slot& zombie) {
    return reinterpret_cast<Slot*>(zombie.badge);
}

/// What goes with this one capability, final or not.
void forget_capability(Cpu& cpu, Slot& slot) {
    switch (slot.type()) {
    case ObjectType::frame:
        mm::unmap_frame(slot);
        break;
    case ObjectType::page_table:
        (void)mm::unmap_table(slot, true); // refuses nothing
        break;
    default:
        before_move(slot);
        break;
    }
    if (slot.links.in_thread())
        thread_control::slot_emptied(cpu, slot);
    trace::capability_emptied(cpu, slot);
}

void empty(Cpu& cpu, Slot& slot) {
    forget_capability(cpu, slot);
    derivation::remove(slot);
    const bool in_thread = slot.links.in_thread();
    slot = {};
    slot.links.set_in_thread(in_thread);
}

/// The object's last capability lies in `slot`: into its own first slot with it. What was there is
/// nobody's to see: into limbo, which is empty unless it is `slot`.
void make_zombie(Slot& slot, Slot& first, Word kind) {
    void* object = slot.pointer<void>();
    before_move(first);
    derivation::swap(slot, first);
    Slot& limbo = *kernel_state.limbo;
    if (&slot != &first && &slot != &limbo && !slot.empty())
        derivation::move(slot, limbo);
    first.object.set(zombie_type, kind, object);
    first.badge = 0;
    Kernel& kernel = kernel_state;
    if (kernel.dying == nullptr) {
        kernel.dying = &first;
        kernel.dying_progress = 1;
    } else {
        kernel.dying_last->badge = reinterpret_cast<Word>(&first);
    }
    kernel.dying_last = &first;
}

/// No capability will be left: ends what the object does. True when that is done and the slot can
/// be emptied; false: call again.
bool finalise(Cpu& cpu, Slot& slot) {
    // Who is woken between two steps must not come back through this capability.
    if (slot.is(ObjectType::endpoint) || slot.is(ObjectType::notification))
        slot.object.set(slot.type(), 0, slot.pointer<void>());
    switch (slot.type()) {
    case ObjectType::endpoint:
        return ipc::cancel_some(cpu, *slot.pointer<Endpoint>());
    case ObjectType::notification:
        return ipc::cancel_some(cpu, *slot.pointer<Notification>());
    case ObjectType::reply:
        ipc::destroy(cpu, *slot.pointer<Reply>());
        return true;
    case ObjectType::sched_context:
        return sched::forget(cpu, *slot.pointer<SchedContext>());
    case ObjectType::vspace:
        mm::destroy(*slot.pointer<VSpace>());
        return true;
    case ObjectType::irq_handler:
        irq::release(static_cast<unsigned>(slot.badge));
        return true;
    default:
        return true;
    }
}

/// What goes before the slot itself: what lies in limbo before one more object that holds slots,
/// an interrupt's signal before its handler.
Slot& first_to_go(Slot& slot) {
    Slot* first = &slot;
    Slot& limbo = *kernel_state.limbo;
    if ((slot.is(ObjectType::cnode) || slot.is(ObjectType::thread)) && !limbo.empty() &&
        derivation::is_final(slot))
        first = &limbo;
    if (first->is(ObjectType::irq_handler) && derivation::is_final(*first)) {
        Slot& signal = kernel_state.irq_slots[first->badge];
        if (!signal.empty())
            return signal;
    }
    return *first;
}

/// A step for a slot that holds something, but no zombie.
void delete_object(Cpu& cpu, Slot& wanted) {
    Slot& slot = first_to_go(wanted);
    KERNEL_ASSERT(!slot.is(zombie_type));
    if (!derivation::is_final(slot)) {
        empty(cpu, slot);
    } else if (slot.is(ObjectType::cnode)) {
        before_move(slot);
        if (slot.links.in_thread())
            thread_control::slot_emptied(cpu, slot);
        make_zombie(slot, *slot.pointer<Slot>(), slot.radix());
    } else if (slot.is(ObjectType::thread)) {
        Thread& thread = *slot.pointer<Thread>();
        thread_control::destroy(cpu, thread);
        make_zombie(slot, thread.cspace_slot, thread_zombie);
    } else if (finalise(cpu, slot)) {
        empty(cpu, slot);
    }
}

/// A table in use goes behind the other children, so that what it holds goes first if it goes too. So
/// often that each level's tables have then been seen empty, in whatever order they come.
bool postpone(Slot& parent, Slot& child) {
    if (!child.is(ObjectType::page_table) || child.links.last() ||
        child.table_postponed() == Slot::max_table_postponed || mm::unmap_table(child, false).ok())
        return false;
    child.set_table_postponed(child.table_postponed() + 1);
    derivation::make_last(parent);
    return true;
}

} // namespace

void before_move(Slot& slot) {
    if (slot.is(ObjectType::reply))
        slot.pointer<Reply>()->path = Reply::no_path;
    if (slot.is(ObjectType::frame) && slot.mapping_space() >= Slot::space_id_end)
        slot.clear_mapping(); // whoever repeats its preparation may find another Frame in that slot
}

bool delete_step(Cpu& cpu, Slot& slot) {
    if (slot.is(zombie_type))
        (void)drain_step(cpu);
    else if (!slot.empty())
        delete_object(cpu, slot);
    return slot.empty();
}

bool drain_step(Cpu& cpu) {
    Kernel& kernel = kernel_state;
    if (!kernel.limbo->empty()) {
        delete_object(cpu, *kernel.limbo);
        return false;
    }
    Slot* zombie = kernel.dying;
    if (zombie == nullptr)
        return true;
    // The zombie is the first of the object's slots, which lie one behind the other.
    const Word count = zombie_slots(*zombie);
    for (unsigned i = 0; i < 16; ++i) {
        if (kernel.dying_progress >= count) {
            kernel.dying = next_dying(*zombie);
            kernel.dying_progress = 1;
            derivation::remove(*zombie);
            *zombie = {};
            return kernel.dying == nullptr;
        }
        Slot& slot = zombie[kernel.dying_progress];
        if (!slot.empty()) {
            delete_object(cpu, slot);
            return false;
        }
        ++kernel.dying_progress;
    }
    return false;
}

bool revoke_step(Cpu& cpu, Slot& slot) {
    Slot* child = slot.links.child();
    if (child == nullptr)
        return drain_step(cpu) && slot.links.child() == nullptr;
    if (!postpone(slot, *child))
        (void)delete_step(cpu, *child);
    return false;
}

} // namespace kernel::cap
