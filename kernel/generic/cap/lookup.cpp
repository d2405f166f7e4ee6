// SPDX-License-Identifier: BSD-2-Clause
// Finding a slot by its path through guarded CNodes.
#include <generic/cap/lookup.hpp>

namespace kernel {

namespace {

Failure lookup_failure(unsigned bits_left, cobnut::LookupFailure why) {
    return {Error::failed_lookup, bits_left, static_cast<Word>(why)};
}

Word low_bits(Word value, unsigned count) {
    return count >= word_bits ? value : value & ((Word{1} << count) - 1);
}

Word shift_right(Word value, unsigned count) {
    return count >= word_bits ? 0 : value >> count;
}

} // namespace

Result<Slot*> lookup_slot(const Slot& root, Word path, Word depth) {
    using cobnut::LookupFailure;
    unsigned left = depth > word_bits ? 0 : static_cast<unsigned>(depth);
    if (root.type() != ObjectType::cnode)
        return lookup_failure(left, LookupFailure::invalid_root);
    if (left == 0)
        return lookup_failure(left, LookupFailure::depth_mismatch);
    const Slot* node = &root;
    for (;;) {
        const unsigned guard_bits = node->guard_bits();
        const unsigned level_bits = guard_bits + node->radix();
        if (guard_bits > left ||
            low_bits(shift_right(path, left - guard_bits), guard_bits) != node->guard())
            return lookup_failure(left, LookupFailure::guard_mismatch);
        if (level_bits > left)
            return lookup_failure(left, LookupFailure::depth_mismatch);
        left -= level_bits;
        Slot* slot = node->pointer<Slot>() + low_bits(shift_right(path, left), node->radix());
        if (left == 0)
            return slot;
        if (slot->type() != ObjectType::cnode)
            return lookup_failure(left, LookupFailure::missing_node);
        node = slot;
    }
}

Result<Slot*> lookup_capability(const Slot& root, Word path) {
    auto result = lookup_slot(root, path, word_bits);
    if (result.ok() && (result.value()->empty() || result.value()->type() == zombie_type))
        return Error::invalid_capability;
    return result;
}

Result<Slot*> lookup_capability(const Thread& thread, Word path) {
    return find_capability(thread, path);
}

} // namespace kernel
