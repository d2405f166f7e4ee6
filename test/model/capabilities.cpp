// SPDX-License-Identifier: BSD-2-Clause
// Capability spaces and the derivation tree (docs/manual/capabilities.md).
#include "system.hpp"

#include <algorithm>
#include <stdexcept>

namespace model {

Capability* System::find(Name slot) {
    const auto found = slots.find(slot);
    return found == slots.end() ? nullptr : &found->second;
}

const Capability* System::find(Name slot) const {
    const auto found = slots.find(slot);
    return found == slots.end() ? nullptr : &found->second;
}

namespace {

Word bits_of(Word path, unsigned from, unsigned count) {
    if (count == 0)
        return 0;
    const Word shifted = path >> from;
    return count == word_bits ? shifted : shifted & ((Word{1} << count) - 1);
}

Refused failed(unsigned left, cobnut::LookupFailure why) {
    return {Error::failed_lookup, left, static_cast<Word>(why)};
}

} // namespace

// Each CNode on the way takes the bits of its guard, which must be equal, and of its radix.
Name System::lookup(const Capability* root, Word path, Word depth) const {
    using cobnut::LookupFailure;
    unsigned left = depth > word_bits ? 0 : static_cast<unsigned>(depth);
    if (root == nullptr || root->type != ObjectType::cnode)
        throw failed(left, LookupFailure::invalid_root);
    if (left == 0)
        throw failed(0, LookupFailure::depth_mismatch);
    unsigned levels = 0;
    for (const Capability* node = root;;) {
        if (++levels > cobnut::max_lookup_levels)
            throw failed(left, LookupFailure::too_deep);
        const auto guard_bits = static_cast<unsigned>(node->badge & 63);
        if (guard_bits > left || bits_of(path, left - guard_bits, guard_bits) != node->badge >> 6)
            throw failed(left, LookupFailure::guard_mismatch);
        if (guard_bits + node->size_bits > left)
            throw failed(left, LookupFailure::depth_mismatch);
        left -= guard_bits + node->size_bits;
        const Name slot = node->object + slot_bytes * bits_of(path, left, node->size_bits);
        if (left == 0)
            return slot;
        node = find(slot);
        if (node == nullptr || node->type != ObjectType::cnode)
            throw failed(left, LookupFailure::missing_node);
    }
}

Name System::lookup_capability(Name thread, Word path) const {
    const Name slot = lookup(find(own_slot(thread, cspace)), path, word_bits);
    if (find(slot) == nullptr || find(slot)->type == zombie)
        throw Refused{Error::invalid_capability};
    return slot;
}

Name System::find_full(const Capability* root, Word path, Word depth) const {
    const Name slot = lookup(root, path, depth);
    if (find(slot) == nullptr || find(slot)->type == zombie)
        throw Refused{Error::slot_empty};
    return slot;
}

Name System::find_empty(const Capability* root, Word path, Word depth) const {
    const Name slot = lookup(root, path, depth);
    if (find(slot) != nullptr)
        throw Refused{Error::slot_occupied};
    return slot;
}

void System::insert(Name parent, Name slot, Capability capability) {
    capability.parent = parent;
    capability.children.clear();
    slots[slot] = std::move(capability);
    auto& children = slots[parent].children;
    children.insert(children.begin(), slot);
}

// The children of a deleted capability take its place.
void System::remove(Name slot) {
    const Capability gone = slots.at(slot);
    auto& siblings = slots.at(gone.parent).children;
    const auto place = siblings.erase(std::find(siblings.begin(), siblings.end(), slot));
    siblings.insert(place, gone.children.begin(), gone.children.end());
    for (const Name child : gone.children)
        slots.at(child).parent = gone.parent;
    slots.erase(slot);
}

void System::move(Name from, Name to) {
    Capability moved = std::move(slots.at(from));
    slots.erase(from);
    for (const Name child : moved.children)
        slots.at(child).parent = to;
    auto& siblings = slots.at(moved.parent).children;
    *std::find(siblings.begin(), siblings.end(), from) = to;
    slots[to] = std::move(moved);
}

void System::swap(Name a, Name b) {
    constexpr Name between = 2;
    if (a == b)
        return;
    if (find(a) != nullptr)
        move(a, between);
    if (find(b) != nullptr)
        move(b, a);
    if (find(between) != nullptr)
        move(between, b);
}

bool System::is_final(Name slot) const {
    const Capability& capability = slots.at(slot);
    return std::none_of(slots.begin(), slots.end(), [&](const auto& other) {
        return other.first != slot && other.first != 0 &&
               other.second.type == capability.type && other.second.object == capability.object;
    });
}

void System::check_derivable(Name from) const {
    const Capability* capability = find(from);
    if (capability == nullptr)
        throw Refused{Error::slot_empty};
    if (capability->type == ObjectType::irq_control ||
        capability->type == ObjectType::page_table || capability->type == zombie)
        throw Refused{Error::illegal_operation};
    if (capability->type == ObjectType::untyped && !capability->children.empty())
        throw Refused{Error::has_children};
}

// A child with the rights that source and argument both allow.
void System::derive(Name from, Name to, unsigned rights) {
    Capability& source = slots.at(from);
    Capability child = source;
    switch (source.type) {
    case ObjectType::endpoint:
    case ObjectType::notification:
    case ObjectType::reply:
        child.rights &= rights;
        break;
    case ObjectType::frame:
        child.rights &= rights;
        child.space = child.address = 0;
        break;
    case ObjectType::untyped: // used up until the copy is gone
        source.used = uint64_t{1} << source.size_bits;
        child.used = 0;
        break;
    default:
        break;
    }
    insert(from, to, child);
}

void System::check_badge(const Capability& capability, Word badge, unsigned argument, bool derived) const {
    switch (capability.type) {
    case ObjectType::endpoint:
    case ObjectType::notification: // once and for all
        if (!derived || capability.badge != 0)
            throw Refused{Error::illegal_operation};
        return;
    case ObjectType::cnode: {
        const auto bits = static_cast<unsigned>(badge & 63);
        if (bits + capability.size_bits > word_bits || bits_of(badge >> 6, 0, bits) != badge >> 6)
            throw Refused{Error::invalid_argument, argument, badge};
        return;
    }
    default:
        throw Refused{Error::illegal_operation};
    }
}

void System::copy(Call& call, bool mint) {
    const Name to = find_empty(&call.invoked, call.words[0], call.words[1]);
    const Name from = find_full(find(call.capabilities[0]), call.words[2], call.words[3]);
    check_derivable(from);
    if (mint)
        check_badge(slots.at(from), call.words[5], 5, true);
    derive(from, to, static_cast<unsigned>(call.words[4] & Rights::all().bits));
    if (mint)
        slots.at(to).badge = call.words[5];
}

void System::move(Call& call, bool mutate) {
    const Name to = find_empty(&call.invoked, call.words[0], call.words[1]);
    const Name from = find_full(find(call.capabilities[0]), call.words[2], call.words[3]);
    if (mutate)
        check_badge(slots.at(from), call.words[4], 4, false);
    move(from, to);
    if (mutate)
        slots.at(to).badge = call.words[4];
}

void System::rotate(Call& call) {
    const Name to = lookup(&call.invoked, call.words[0], call.words[1]);
    const Name pivot = find_full(find(call.capabilities[0]), call.words[3], call.words[4]);
    const Name from = find_full(find(call.capabilities[1]), call.words[6], call.words[7]);
    if (pivot == from || pivot == to)
        throw Refused{Error::illegal_operation};
    if (to != from && find(to) != nullptr)
        throw Refused{Error::slot_occupied};
    if (call.words[2] != 0)
        check_badge(slots.at(pivot), call.words[2], 2, false);
    if (call.words[5] != 0)
        check_badge(slots.at(from), call.words[5], 5, false);
    if (to == from) {
        swap(pivot, from);
    } else {
        move(pivot, to);
        move(from, pivot);
    }
    if (call.words[2] != 0)
        slots.at(to).badge = call.words[2];
    if (call.words[5] != 0)
        slots.at(pivot).badge = call.words[5];
}

// Identify tells nothing but what is in the slot.
void System::identify(Call& call) {
    const Name slot = lookup(&call.invoked, call.words[0], call.words[1]);
    const Capability* there = find(slot);
    const Capability nothing;
    const Capability& capability = there == nullptr || there->type == zombie ? nothing : *there;
    const ObjectType type = capability.type;
    const bool badged = type == ObjectType::endpoint || type == ObjectType::notification ||
                        type == ObjectType::cnode;
    const bool sized = type == ObjectType::untyped || type == ObjectType::frame ||
                       type == ObjectType::cnode;
    const bool placed = type == ObjectType::untyped || type == ObjectType::frame ||
                        type == ObjectType::endpoint || type == ObjectType::notification ||
                        type == ObjectType::reply;
    call.results = {static_cast<Word>(type),
                    capability.rights,
                    badged ? capability.badge : 0,
                    sized ? capability.size_bits : 0,
                    placed ? capability.object : 0,
                    0, // the high word of an address on a machine of 32 bits
                    type == ObjectType::frame && is_mapped(capability) ? capability.address | 1 : 0};
}

void System::cancel_badged(Name slot) {
    const Capability capability = slots.at(slot);
    if (capability.type != ObjectType::endpoint || capability.badge == 0)
        throw Refused{Error::illegal_operation};
    Endpoint& endpoint = endpoints.at(capability.object);
    if (!endpoint.senders)
        return;
    const std::vector<Name> queue = endpoint.queue;
    for (const Name thread : queue) {
        const Sending& sending = threads.at(thread).sending;
        if (sending.badge != capability.badge || sending.fault)
            continue;
        leave_queue(thread);
        fail(thread, Error::canceled);
    }
}

void System::invoke_cnode(Call& call) {
    switch (call.method) {
    case Method::cnode_copy:
    case Method::cnode_mint:
        return copy(call, call.method == Method::cnode_mint);
    case Method::cnode_move:
    case Method::cnode_mutate:
        return move(call, call.method == Method::cnode_mutate);
    case Method::cnode_rotate:
        return rotate(call);
    case Method::cnode_delete:
        return delete_slot(lookup(&call.invoked, call.words[0], call.words[1]));
    case Method::cnode_revoke:
        return revoke(find_full(&call.invoked, call.words[0], call.words[1]));
    case Method::cnode_cancel_badged_sends:
        return cancel_badged(find_full(&call.invoked, call.words[0], call.words[1]));
    case Method::cnode_identify:
        return identify(call);
    default:
        throw Refused{Error::invalid_method};
    }
}

} // namespace model
