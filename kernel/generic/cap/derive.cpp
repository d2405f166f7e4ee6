// SPDX-License-Identifier: BSD-2-Clause
// Making a capability from another one.
#include <generic/cap/derivation.hpp>
#include <generic/cap/derive.hpp>
#include <generic/cap/progress.hpp>
#include <generic/cap/revocation.hpp>

namespace kernel {

Failure check_derivable(const Slot& from) {
    const ObjectType type = from.type();
    if (type == ObjectType::null)
        return Error::slot_empty;
    // Two records for one table could put it at two levels, where its leaves would be tables.
    if (type == ObjectType::irq_control || type == ObjectType::page_table || type == zombie_type)
        return Error::illegal_operation;
    if (type == ObjectType::untyped && derivation::has_children(from))
        return Error::has_children;
    if (type == ObjectType::untyped && !progress::claim(from, nullptr))
        return Error::busy; // the copy could dirty what is being cleared
    return revocation::check(from);
}

void derive(Slot& from, Slot& to, Rights rights) {
    to.object = from.object;
    to.badge = from.badge;
    switch (from.type()) {
    case ObjectType::endpoint:
    case ObjectType::notification:
    case ObjectType::reply:
        to.set(from.type(), from.pointer<void>(), rights_byte(from.rights() & rights), from.badge);
        break;
    case ObjectType::frame: {
        const Word all = from.object.rights_byte();
        const Word kept = all & (rights_byte(rights) | ~rights_byte(Rights::read_write()));
        to.object.set_physical(ObjectType::frame, kept & 0xff, from.object.page());
        to.clear_mapping();
        break;
    }
    case ObjectType::untyped:
        to.set_untyped_used(from.untyped_used());
        from.set_untyped_used(uint64_t{1} << from.untyped_bits());
        break;
    default:
        break;
    }
    derivation::insert_child(from, to);
}

Failure check_badge(const Slot& slot, Word badge, unsigned argument, bool derived) {
    switch (slot.type()) {
    case ObjectType::endpoint:
    case ObjectType::notification:
        // A badge is given once and for all.
        return derived && slot.badge == 0 ? Error::none : Error::illegal_operation;
    case ObjectType::cnode: {
        const Word guard_bits = badge & 63;
        if (guard_bits + slot.radix() > word_bits ||
            (guard_bits < word_bits - 6 && (badge >> 6 >> guard_bits) != 0))
            return {Error::invalid_argument, argument, badge};
        return {};
    }
    case ObjectType::io_port: {
        const Word first = badge >> 16;
        const Word last = badge & 0xffff;
        if (!derived)
            return Error::illegal_operation;
        if (first > last || first < slot.badge >> 16 || last > (slot.badge & 0xffff))
            return {Error::invalid_argument, argument, badge};
        return {};
    }
    default:
        return Error::illegal_operation;
    }
}

void set_badge(Slot& slot, Word badge) {
    slot.badge = badge;
}

} // namespace kernel
