// SPDX-License-Identifier: BSD-2-Clause
// Nothing can be derived below a preempted revoke, so that it ends.
#include <generic/cap/derivation.hpp>
#include <generic/cap/revocation.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread.hpp>

namespace kernel::revocation {

namespace {

/// Links that one check follows at most.
constexpr unsigned max_steps = 16;

/// Whether `from` was made of the memory of `untyped`, which only its descendants can be; larger
/// Untypeds that begin at the same address are its ancestors.
bool lies_in(const Slot& from, const Slot& untyped) {
    PhysAddr place = from.memory();
    if (from.is(ObjectType::untyped)) {
        if (from.untyped_bits() > untyped.untyped_bits())
            return false;
    } else if (!from.is(ObjectType::frame)) {
        if (from.pointer<void>() == nullptr) // no object, but a number or a range
            return false;
        place = arch::to_physical(from.pointer<void>());
    }
    return (place.raw() ^ untyped.object.physical().raw()) >> untyped.untyped_bits() == 0;
}

/// Whether `from` is `revoked` or a descendant, or more links lie between them than `steps`. All
/// capabilities to one object are neighbours or parent and child: another object ends the search.
bool is_below(const Slot& from, const Slot& revoked, unsigned& steps) {
    if (revoked.is(ObjectType::untyped))
        return lies_in(from, revoked);
    if (revoked.is(ObjectType::irq_control))
        return from.is(ObjectType::irq_handler) || &from == &revoked;
    const bool badged = revoked.is(ObjectType::endpoint) ||
                        revoked.is(ObjectType::notification);
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

Failure check_preempted(const Slot& from) {
    unsigned steps = max_steps;
    for (uint32_t i = 0; i < kernel_state.progress_count; ++i) {
        const Progress& record = kernel_state.progress[i];
        if (record.work == LongWork::revoke && (record.thread->gate & Gate::suspended) == 0 &&
            is_below(from, *record.slot, steps))
            return Error::busy;
    }
    return {};
}

} // namespace kernel::revocation
