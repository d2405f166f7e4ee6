// SPDX-License-Identifier: BSD-2-Clause
// Delete and revoke. In which order things die is seen by who waits for them, so it is as
// docs/design/slot.md says: a dead container's first slot goes first, then its others, container
// after container.
#include "system.hpp"

#include <algorithm>

namespace model {

namespace {

constexpr Name thread_slots = 5;

} // namespace

/// What goes with this one capability, the last one or not.
void System::forget(Name slot) {
    Capability& capability = slots.at(slot);
    if (capability.type == ObjectType::frame)
        unmap_frame(capability);
    if (capability.type == ObjectType::page_table)
        unmap_table(capability);
    // A thread's own slots are no multiples of a slot's size.
    const Name part = slot % slot_bytes;
    if (slot < slot_bytes || part == 0)
        return;
    const auto thread = threads.find(slot - part);
    if (thread != threads.end() && slot == own_slot(thread->first, buffer))
        thread->second.buffer = 0;
}

/// The object ends with its last capability.
void System::finalise(Name slot) {
    const Capability capability = slots.at(slot);
    const Name object = capability.object;
    switch (capability.type) {
    case ObjectType::endpoint:
        cancel_all(endpoints.at(object).queue);
        endpoints.erase(object);
        break;
    case ObjectType::notification: {
        Notification& notification = notifications.at(object);
        cancel_all(notification.queue);
        if (notification.bound != 0)
            unbind_notification(notification.bound);
        if (notification.context != 0)
            contexts.at(notification.context).notification = 0;
        notifications.erase(object);
        break;
    }
    case ObjectType::reply:
        destroy_reply(object);
        replies.erase(object);
        break;
    case ObjectType::sched_context:
        destroy_context(object);
        contexts.erase(object);
        break;
    case ObjectType::vspace:
        spaces.erase(object);
        break;
    default:
        break;
    }
}

void System::make_zombie(Name slot, Name first) {
    Capability& capability = slots.at(slot);
    swap(slot, first);
    if (slot != first && slot != limbo && find(slot) != nullptr)
        move(slot, limbo);
    Capability& last = slots.at(first);
    // So many slots the object has.
    last.used = last.type == ObjectType::thread ? thread_slots : uint64_t{1} << last.size_bits;
    last.type = zombie;
    dying_.push_back(first);
    (void)capability;
}

/// One step towards emptying a slot; true when it is empty.
bool System::delete_step(Name slot) {
    const Capability* there = find(slot);
    if (there == nullptr)
        return true;
    if (there->type == zombie)
        return drain_step() && find(slot) == nullptr;
    const Capability capability = *there;
    const bool contains =
        capability.type == ObjectType::cnode || capability.type == ObjectType::thread;
    if (is_final(slot) && contains) {
        if (slot != limbo && find(limbo) != nullptr) {
            (void)delete_step(limbo);
            return false;
        }
        if (capability.type == ObjectType::thread) {
            destroy_thread(capability.object);
            make_zombie(slot, own_slot(capability.object, cspace));
        } else {
            make_zombie(slot, capability.object);
        }
        return find(slot) == nullptr;
    }
    if (is_final(slot))
        finalise(slot);
    forget(slot);
    remove(slot);
    return true;
}

/// One step towards emptying what died; true when nothing is left.
bool System::drain_step() {
    if (find(limbo) != nullptr) {
        (void)delete_step(limbo);
        return false;
    }
    if (dying_.empty())
        return true;
    const Name first = dying_.front();
    const Capability last = slots.at(first);
    const bool is_thread = first % slot_bytes != 0;
    if (dying_progress_ < last.used) {
        const Name slot = first + dying_progress_ * (is_thread ? 1 : slot_bytes);
        if (delete_step(slot))
            ++dying_progress_;
        return false;
    }
    dying_.pop_front();
    dying_progress_ = 1;
    remove(first);
    if (is_thread)
        threads.erase(last.object);
    return dying_.empty();
}

void System::delete_slot(Name slot) {
    while (!(delete_step(slot) && drain_step())) {
    }
}

bool System::revoke_step(Name slot) {
    const Capability* capability = find(slot);
    if (capability == nullptr || capability->children.empty())
        return drain_step() && (find(slot) == nullptr || find(slot)->children.empty());
    const Name child = capability->children.front();
    // Tables in use let what they may hold go first.
    if (auto& children = slots.at(slot).children;
        children.size() > 1 && slots.at(child).postponed < 3 && is_used(slots.at(child))) {
        ++slots.at(child).postponed;
        std::rotate(children.begin(), children.begin() + 1, children.end());
    } else if (slots.at(child).type == zombie)
        (void)drain_step();
    else
        (void)delete_step(child);
    return false;
}

void System::revoke(Name slot) {
    while (!revoke_step(slot)) {
    }
}

} // namespace model
