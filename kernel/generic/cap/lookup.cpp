// SPDX-License-Identifier: BSD-2-Clause
// Finding a slot by its path through guarded CNodes.
#include <generic/cap/lookup.hpp>

namespace kernel {

namespace {

Failure lookup_failure(unsigned bits_left, cobnut::LookupFailure why) {
    return {Error::failed_lookup, bits_left, static_cast<Word>(why)};
}

} // namespace

[[gnu::noinline]] Result<Slot*> lookup_slot(const Slot& root, Word path, Word depth) {
    using cobnut::LookupFailure;
    unsigned left = depth > word_bits ? 0 : static_cast<unsigned>(depth);
    auto why = LookupFailure::invalid_root;
    if (left == 0)
        return lookup_failure(0, root.is(ObjectType::cnode) ? LookupFailure::depth_mismatch : why);
    Word rest = path << (word_bits - left); // what is left of the path, from the highest bit on
    const Slot* node = &root;
    for (unsigned levels = cobnut::max_lookup_levels; node->is(ObjectType::cnode); --levels) {
        why = LookupFailure::too_deep;
        if (levels == 0)
            break;
        const unsigned guard_bits = node->guard_bits();
        why = LookupFailure::guard_mismatch;
        if (guard_bits > left || rest >> 1 >> (word_bits - 1 - guard_bits) != node->guard())
            break;
        const unsigned radix = node->radix(); // never 0
        why = LookupFailure::depth_mismatch;
        if (guard_bits + radix > left)
            break;
        rest <<= guard_bits;
        Slot* slot = node->pointer<Slot>() + (rest >> (word_bits - radix));
        left -= guard_bits + radix;
        if (left == 0)
            return slot;
        rest <<= radix;
        why = LookupFailure::missing_node;
        node = slot;
    }
    return lookup_failure(left, why);
}

Result<Slot*> lookup_capability(const Slot& root, Word path) {
    auto result = lookup_slot(root, path, word_bits);
    if (result.ok() && (result.value()->empty() || result.value()->is(zombie_type)))
        return Error::invalid_capability;
    return result;
}

Result<Slot*> lookup_capability(const Thread& thread, Word path) {
    return find_capability(thread, path);
}

} // namespace kernel
