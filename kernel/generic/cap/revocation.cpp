// SPDX-License-Identifier: BSD-2-Clause
// Preempted revokes: nothing can be derived below them, so that they end.
#include <generic/cap/derivation.hpp>
#include <generic/cap/revocation.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread.hpp>

namespace kernel::revocation {

namespace {

/// Links that one check follows at most.
constexpr unsigned max_steps = 64;

/// The list stays in the order of its making.
void remove(uint32_t index) {
    Kernel& kernel = kernel_state;
    for (--kernel.revoking_count; index < kernel.revoking_count; ++index)
        kernel.revoking[index] = kernel.revoking[index + 1];
}

/// Whether `from` was made of the memory of `untyped`, which only its descendants can be; larger
/// Untypeds that begin at the same address are its ancestors.
bool lies_in(const Slot& from, const Slot& untyped) {
    PhysAddr place = from.object.physical();
    if (from.type() == ObjectType::untyped) {
        if (from.untyped_bits() > untyped.untyped_bits())
            return false;
    } else if (from.type() != ObjectType::frame) {
        if (from.pointer<void>() == nullptr) // no object, but a number or a range
            return false;
        place = arch::to_physical(from.pointer<void>());
    }
    return (place.raw() ^ untyped.object.physical().raw()) >> untyped.untyped_bits() == 0;
}

/// Whether `from` is `revoked` or a descendant, or more links lie between them than `steps`. All
/// capabilities to one object are neighbours or parent and child: another object ends the search.
bool is_below(const Slot& from, const Slot& revoked, unsigned& steps) {
    if (revoked.type() == ObjectType::untyped)
        return lies_in(from, revoked);
    if (revoked.type() == ObjectType::irq_control)
        return from.type() == ObjectType::irq_handler || &from == &revoked;
    const bool badged = revoked.type() == ObjectType::endpoint ||
                        revoked.type() == ObjectType::notification;
    if (badged && revoked.badge != 0 && from.badge != revoked.badge)
        return false;
    bool is_ancestor = true;
    for (const Slot* slot = &from; derivation::same_object(*slot, revoked);
         slot = slot->links.next()) {
        if (is_ancestor && slot == &revoked)
            return true;
        if (steps == 0)
            return true;
        --steps;
        is_ancestor = slot->links.last();
    }
    return false;
}

} // namespace

void remember(Slot& slot, Thread& thread) {
    Kernel& kernel = kernel_state;
    uint32_t lowest = 0;
    for (uint32_t i = 0; i < kernel.revoking_count; ++i) {
        const Revoking& record = kernel.revoking[i];
        if (record.slot == &slot && record.thread == &thread)
            return;
        if (record.thread->priority() < kernel.revoking[lowest].thread->priority())
            lowest = i;
    }
    if (kernel.revoking_count == Kernel::max_revoking) {
        if (kernel.revoking[lowest].thread->priority() > thread.priority())
            return;
        remove(lowest);
    }
    kernel.revoking[kernel.revoking_count++] = {&slot, &thread};
}

void forget(const Slot& slot) {
    for (uint32_t i = kernel_state.revoking_count; i-- > 0;)
        if (kernel_state.revoking[i].slot == &slot)
            remove(i);
}

void forget(const Thread& thread) {
    for (uint32_t i = kernel_state.revoking_count; i-- > 0;)
        if (kernel_state.revoking[i].thread == &thread)
            remove(i);
}

Failure check(const Slot& from) {
    unsigned steps = max_steps;
    for (uint32_t i = 0; i < kernel_state.revoking_count; ++i) {
        const Revoking& record = kernel_state.revoking[i];
        if ((record.thread->gate & Gate::suspended) == 0 && is_below(from, *record.slot, steps))
            return Error::busy;
    }
    return {};
}

} // namespace kernel::revocation
