// SPDX-License-Identifier: BSD-2-Clause
// Finding the kernel's objects from the root of the derivation tree, for the debugger.
#include <generic/debug/objects.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::debug {

bool Tree::next() {
    if (const Slot* child = slot_->links.child()) {
        slot_ = child;
        ++depth_;
        return true;
    }
    while (slot_ != root_ && slot_->links.last()) {
        slot_ = slot_->links.next();
        --depth_;
    }
    if (slot_ == root_)
        return false;
    slot_ = slot_->links.next();
    return true;
}

Tree everything() {
    return Tree(*kernel_state.root);
}

const Slot* parent_of(const Slot& slot) {
    const Slot* at = &slot;
    while (at != nullptr && !at->links.last())
        at = at->links.next();
    return at == nullptr ? nullptr : at->links.next();
}

Hex address_of(const void* object) {
    return {reinterpret_cast<Word>(object)};
}

Hex place_of(const Slot& slot) {
    const bool physical = slot.type() == ObjectType::untyped || slot.type() == ObjectType::frame;
    return physical ? Hex{slot.memory().raw()} : address_of(slot.pointer<void>());
}

const Slot* find(Word address) {
    for (Tree tree = everything(); tree.next();) {
        const Slot& slot = tree.slot();
        if (address_of(&slot).value == address || (place_of(slot).value == address && address != 0))
            return &slot;
    }
    print("nothing is at ", Hex{address}, "\n");
    return nullptr;
}

const Slot* find(Word address, ObjectType type) {
    // Objects of several types may begin at one address: an Untyped and what was made of it.
    for (Tree tree = everything(); tree.next();) {
        const Slot& slot = tree.slot();
        if (slot.type() == type &&
            (address_of(&slot).value == address || place_of(slot).value == address))
            return &slot;
    }
    print("no ", name_of(type), " is at ", Hex{address}, "\n");
    return nullptr;
}

const char* name_of(ObjectType type) {
    if (type == zombie_type)
        return "dying object";
    const auto number = static_cast<unsigned>(type);
    return number < cobnut::object_type_count ? cobnut::object_types[number].name : "unknown";
}

void print_capability(const Slot& slot) {
    print(name_of(slot.type()), " ", place_of(slot));
    switch (slot.type()) {
    case ObjectType::untyped:
        print(" 2^", Decimal{slot.untyped_bits()}, " bytes, used ", Hex{slot.untyped_used()});
        break;
    case ObjectType::cnode:
        print(" 2^", Decimal{slot.radix()}, " slots, guard ", Hex{slot.guard()}, " of ",
              Decimal{slot.guard_bits()}, " bits");
        break;
    case ObjectType::frame:
    case ObjectType::page_table:
        if (slot.has_record())
            print(" mapped in space ", Decimal{slot.mapping_space()}, " at ",
                  Hex{slot.mapping_address().raw()});
        break;
    default:
        if (slot.badge != 0)
            print(" badge ", Hex{slot.badge});
    }
    if (slot.type() >= ObjectType::endpoint && slot.type() <= ObjectType::reply)
        print(" rights ", Hex{slot.rights().bits});
    print("\n");
}

} // namespace kernel::debug
