// SPDX-License-Identifier: BSD-2-Clause
// CNode: copying, moving and deleting capabilities.
#include <generic/cap/deletion.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/cap/derive.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/cap/progress.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/memory.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/methods.hpp>

namespace kernel {

namespace {

using cobnut::Method;

Result<Slot*> find_empty(const Slot& root, Word index, Word depth) {
    auto slot = lookup_slot(root, index, depth);
    if (slot.ok() && !slot.value()->empty())
        return Error::slot_occupied;
    return slot;
}

Result<Slot*> find_full(const Slot& root, Word index, Word depth) {
    auto slot = lookup_slot(root, index, depth);
    if (slot.ok() && (slot.value()->empty() || slot.value()->type() == zombie_type))
        return Error::slot_empty;
    return slot;
}

Failure copy(Invocation& call, bool mint) {
    KERNEL_TRY(to, find_empty(call.slot, call.words[0], call.words[1]));
    KERNEL_TRY(from, find_full(*call.capabilities[0], call.words[2], call.words[3]));
    KERNEL_CHECK(check_derivable(*from));
    if (mint)
        KERNEL_CHECK(check_badge(*from, call.words[5], 5, true));
    derive(*from, *to, Rights{static_cast<uint8_t>(call.words[4] & Rights::all().bits)});
    if (mint)
        set_badge(*to, call.words[5]);
    return {};
}

Failure move(Invocation& call, bool mutate) {
    KERNEL_TRY(to, find_empty(call.slot, call.words[0], call.words[1]));
    KERNEL_TRY(from, find_full(*call.capabilities[0], call.words[2], call.words[3]));
    if (mutate)
        KERNEL_CHECK(check_badge(*from, call.words[4], 4, false));
    cap::before_move(*from);
    derivation::move(*from, *to);
    if (mutate)
        set_badge(*to, call.words[4]);
    return {};
}

/// Badge 0 leaves a capability as it is.
Failure check_new_badge(const Slot& slot, const Invocation& call, unsigned argument) {
    const Word badge = call.words[argument];
    return badge == 0 ? Failure() : check_badge(slot, badge, argument, false);
}

Failure rotate(Invocation& call) {
    KERNEL_TRY(to, lookup_slot(call.slot, call.words[0], call.words[1]));
    KERNEL_TRY(pivot, find_full(*call.capabilities[0], call.words[3], call.words[4]));
    KERNEL_TRY(from, find_full(*call.capabilities[1], call.words[6], call.words[7]));
    if (pivot == from || pivot == to)
        return Error::illegal_operation;
    if (to != from && !to->empty())
        return Error::slot_occupied;
    KERNEL_CHECK(check_new_badge(*pivot, call, 2));
    KERNEL_CHECK(check_new_badge(*from, call, 5));
    cap::before_move(*pivot);
    cap::before_move(*from);
    if (to == from) {
        derivation::swap(*pivot, *from);
    } else {
        derivation::move(*pivot, *to);
        derivation::move(*from, *pivot);
    }
    if (call.words[2] != 0)
        set_badge(*to, call.words[2]);
    if (call.words[5] != 0)
        set_badge(*pivot, call.words[5]);
    return {};
}

Failure delete_slot(Invocation& call) {
    KERNEL_TRY(slot, lookup_slot(call.slot, call.words[0], call.words[1]));
    for (;;) {
        const bool done = cap::delete_step(call.cpu, *slot) && cap::drain_step(call.cpu);
        if (done)
            return {};
        if (arch::interrupt_pending())
            return error_preempted;
    }
}

Failure revoke(Invocation& call) {
    KERNEL_TRY(slot, find_full(call.slot, call.words[0], call.words[1]));
    while (!cap::revoke_step(call.cpu, *slot)) {
        // The revoked capability may have been a descendant of what it revokes.
        if (slot->empty())
            return {};
        if (arch::interrupt_pending()) {
            (void)progress::remember(LongWork::revoke, *slot, call.caller);
            return error_preempted;
        }
    }
    progress::forget(LongWork::revoke, *slot);
    return {};
}

Failure cancel_badged_sends(Invocation& call) {
    KERNEL_TRY(slot, find_full(call.slot, call.words[0], call.words[1]));
    if (!slot->is(ObjectType::endpoint) || slot->badge == 0)
        return Error::illegal_operation;
    return ipc::cancel_badged(call.cpu, call.caller, *slot);
}

Word size_bits_of(const Slot& slot) {
    switch (slot.type()) {
    case ObjectType::untyped:
        return slot.untyped_bits();
    case ObjectType::frame:
        return mm::frame_bits(slot.frame_size_index());
    case ObjectType::cnode:
        return slot.radix();
    default:
        return 0;
    }
}

Failure identify(Invocation& call) {
    KERNEL_TRY(slot, lookup_slot(call.slot, call.words[0], call.words[1]));
    const ObjectType type = slot->is(zombie_type) ? ObjectType::null : slot->type();
    const bool has_badge = type == ObjectType::endpoint || type == ObjectType::notification ||
                           type == ObjectType::cnode || type == ObjectType::io_port ||
                           type == ObjectType::irq_handler;
    const bool has_memory = type == ObjectType::untyped || type == ObjectType::frame;
    const bool waited_on = type >= ObjectType::endpoint && type <= ObjectType::reply;
    // The rights byte of these two has something else in it.
    const bool is_unlimited = type == ObjectType::cnode || type == ObjectType::page_table;
    Word rights = is_unlimited ? Rights::all().bits : slot->rights().bits;
    if (type == ObjectType::frame)
        rights &= Rights::read_write().bits;
    call.answer(static_cast<Word>(type));
    call.answer(rights);
    call.answer(has_badge ? slot->badge : 0);
    call.answer(size_bits_of(*slot));
    const PhysAddr address = has_memory  ? slot->memory()
                             : waited_on ? arch::to_physical(slot->pointer<void>())
                                         : PhysAddr{};
    call.answer_wide(address.raw());
    const mm::MappingState mapping =
        type == ObjectType::frame ? mm::mapping_of(*slot) : mm::MappingState{};
    call.answer(mapping.mapped ? mapping.address.raw() | 1 : 0);
    return {};
}

} // namespace

Failure invoke_cnode(Invocation& call) {
    switch (call.method) {
    case Method::cnode_copy:
        return copy(call, false);
    case Method::cnode_mint:
        return copy(call, true);
    case Method::cnode_move:
        return move(call, false);
    case Method::cnode_mutate:
        return move(call, true);
    case Method::cnode_rotate:
        return rotate(call);
    case Method::cnode_delete:
        return delete_slot(call);
    case Method::cnode_revoke:
        return revoke(call);
    case Method::cnode_cancel_badged_sends:
        return cancel_badged_sends(call);
    case Method::cnode_identify:
        return identify(call);
    default:
        return Error::invalid_method;
    }
}

} // namespace kernel
