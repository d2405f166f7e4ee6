// SPDX-License-Identifier: BSD-2-Clause
// Slots and memory of a program that was given Untyped.

#include <lib/memory_pool.hpp>

namespace cobnut {

CapIndex SlotPool::take(unsigned count) {
    Range* best = nullptr;
    for (Range& range : free_)
        if (range.count >= count && (best == nullptr || range.count < best->count))
            best = &range;
    if (best != nullptr) {
        best->count -= count;
        return best->first + best->count;
    }
    if (end_ - next_ < count)
        return 0;
    const CapIndex first = next_;
    next_ += count;
    return first;
}

void SlotPool::give_back(CapIndex first, unsigned count) {
    for (Range& range : free_)
        if (range.count != 0 &&
            (range.first + range.count == first || first + count == range.first)) {
            first = range.first < first ? range.first : first;
            count += range.count;
            range.count = 0;
        }
    if (first + count == next_) {
        next_ = first;
        return;
    }
    Range* smallest = &free_[0];
    for (Range& range : free_)
        if (range.count < smallest->count)
            smallest = &range;
    if (smallest->count < count)
        *smallest = {first, count};
}

bool UntypedPool::add(Untyped untyped, unsigned size_bits) {
    if (root_count_ == max_roots || !keep(untyped, size_bits))
        return false;
    root_[root_count_++] = untyped;
    return true;
}

Status UntypedPool::revoke_all() {
    for (; root_count_ > 0; --root_count_)
        COBNUT_CHECK(node_.revoke(root_[root_count_ - 1].index));
    for (uint8_t& count : count_)
        count = 0;
    return {};
}

bool UntypedPool::keep(Untyped untyped, unsigned size_bits) {
    if (size_bits > max_bits || count_[size_bits] == depth)
        return false;
    free_[size_bits][count_[size_bits]++] = untyped;
    return true;
}

Result<Untyped> UntypedPool::take(unsigned size_bits) {
    unsigned found = size_bits;
    while (found <= max_bits && count_[found] == 0)
        ++found;
    if (found > max_bits)
        return Error::not_enough_memory;
    Untyped piece = free_[found][--count_[found]];
    for (; found > size_bits; --found) {
        const CapIndex halves = slots_->take(2);
        if (halves == 0)
            return Error::slot_occupied;
        COBNUT_CHECK(piece.retype(ObjectType::untyped, found - 1, node_.index, halves, 2));
        (void)keep(Untyped(halves + 1), found - 1); // no place in the table: it stays unused
        piece = Untyped(halves);
    }
    return piece;
}

Status UntypedPool::give_back(Untyped untyped, unsigned size_bits) {
    COBNUT_CHECK(node_.revoke(untyped.index));
    return keep(untyped, size_bits) ? Status() : Status(Error::not_enough_memory);
}

void DevicePool::add(Untyped untyped, uint64_t address, unsigned size_bits) {
    if (count_ < capacity)
        piece_[count_++] = {address, untyped, size_bits};
}

Result<Frame> DevicePool::page(uint64_t address) {
    constexpr unsigned page_bits = 12;
    for (unsigned index = 0; index < count_; ++index) {
        Piece& piece = piece_[index];
        if (address < piece.address || (address - piece.address) >> piece.size_bits != 0)
            continue;
        while (piece.size_bits > page_bits) {
            const CapIndex halves = slots_->take(2);
            if (halves == 0)
                return Error::slot_occupied;
            const unsigned bits = piece.size_bits - 1;
            COBNUT_CHECK(piece.untyped.retype(ObjectType::untyped, bits, node_.index, halves, 2));
            const bool upper = (address - piece.address) >> bits != 0;
            const uint64_t middle = piece.address + (uint64_t{1} << bits);
            add(Untyped(upper ? halves : halves + 1), upper ? piece.address : middle, bits);
            piece = {upper ? middle : piece.address, Untyped(upper ? halves + 1 : halves), bits};
        }
        const CapIndex place = slots_->take();
        if (place == 0)
            return Error::slot_occupied;
        COBNUT_CHECK(piece.untyped.retype(ObjectType::frame, page_bits, node_.index, place));
        piece = piece_[--count_];
        return Frame(place);
    }
    return Error::invalid_argument;
}

Status map_frame(Frame frame, VSpace space, Word address, Rights rights, Word attributes,
                 Untyped memory, CNode node, SlotPool& slots) {
    for (;;) {
        const Status status = frame.map(space, address, rights, attributes);
        if (status.error != Error::missing_table)
            return status;
        const CapIndex place = slots.take();
        if (place == 0)
            return Error::slot_occupied;
        COBNUT_CHECK(memory.retype(ObjectType::page_table, 0, node.index, place));
        COBNUT_CHECK(PageTable(place).map(space, address));
    }
}

} // namespace cobnut
