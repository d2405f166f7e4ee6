// SPDX-License-Identifier: BSD-2-Clause
// Slots and memory of a program that was given Untyped: free slots, Untyped split in halves, device
// frames by physical address.
#pragma once

#include <lib/machine.hpp>
#include <lib/objects.hpp>

namespace cobnut {

/// Consecutive free slots of a flat capability space, handed out in order; ranges that were given
/// back are taken again first when they fit.
class SlotPool {
public:
    constexpr SlotPool() = default;
    constexpr SlotPool(CapIndex begin, CapIndex end) : next_(begin), end_(end) {}

    /// 0: there are none left.
    [[nodiscard]] CapIndex take(unsigned count = 1);
    /// The slots must be empty.
    void give_back(CapIndex first, unsigned count);
    [[nodiscard]] CapIndex left() const { return end_ - next_; }

private:
    struct Range {
        CapIndex first;
        unsigned count;
    };
    CapIndex next_ = 0;
    CapIndex end_ = 0;
    Range free_[32] = {};
};

/// Untyped of RAM by size. Pieces that are asked for are split off the smallest that is large
/// enough; pieces that come back (revoked) are handed out again, but never joined.
class UntypedPool {
public:
    static constexpr unsigned max_bits = 48;

    constexpr UntypedPool() = default;
    UntypedPool(CNode node, SlotPool& slots) : node_(node), slots_(&slots) {}

    /// A whole Untyped with nothing in it. False: the table is full, it is not used.
    bool add(Untyped untyped, unsigned size_bits);
    /// Destroys all that was made of what was added. The pool is empty afterwards.
    Status revoke_all();
    [[nodiscard]] Result<Untyped> take(unsigned size_bits);
    /// Destroys all that was made of it.
    Status give_back(Untyped untyped, unsigned size_bits);

private:
    static constexpr unsigned depth = 16;
    static constexpr unsigned max_roots = 96;

    bool keep(Untyped untyped, unsigned size_bits);

    CNode node_;
    SlotPool* slots_ = nullptr;
    Untyped free_[max_bits + 1][depth] = {};
    uint8_t count_[max_bits + 1] = {};
    Untyped root_[max_roots] = {};
    unsigned root_count_ = 0;
};

/// Frames of device memory by physical address.
class DevicePool {
public:
    constexpr DevicePool() = default;
    DevicePool(CNode node, SlotPool& slots) : node_(node), slots_(&slots) {}

    void add(Untyped untyped, uint64_t address, unsigned size_bits);
    /// The page of 4 KiB that holds the address; each only once.
    [[nodiscard]] Result<Frame> page(uint64_t address);

private:
    struct Piece {
        uint64_t address;
        Untyped untyped;
        unsigned size_bits;
    };
    static constexpr unsigned capacity = 128;
    CNode node_;
    SlotPool* slots_ = nullptr;
    Piece piece_[capacity] = {};
    unsigned count_ = 0;
};

/// Maps a frame; page tables that are missing are made from `memory`.
Status map_frame(Frame frame, VSpace space, Word address, Rights rights, Word attributes,
                 Untyped memory, CNode node, SlotPool& slots);

} // namespace cobnut
