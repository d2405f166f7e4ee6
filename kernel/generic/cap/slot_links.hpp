// SPDX-License-Identifier: BSD-2-Clause
// The links of the derivation tree as they are packed into a slot.
#pragma once

#include <arch/memory.hpp>
#include <generic/base/types.hpp>

namespace kernel {

struct Slot;

/// 64-bit ISAs: two words hold three indices of 40 bits (slots counted from the window's base),
/// two flags, and six bits for the mapping record. `in_thread` belongs to the place, not to the
/// capability: the slot is one of a Thread's own.
class SlotLinks64 {
public:
    [[nodiscard]] bool has_child() const { return (low_ & index_mask) != 0; }
    [[nodiscard]] Slot* child() const { return slot(low_ & index_mask); }
    [[nodiscard]] Slot* next() const { return slot((low_ >> 40) | ((high_ & 0xffff) << 24)); }
    [[nodiscard]] Slot* prev() const { return slot((high_ >> 16) & index_mask); }
    void set_child(Slot* s) { low_ = (low_ & ~index_mask) | index(s); }
    /// Not null.
    void set_first_child(const Slot* s) { low_ = (low_ & ~index_mask) | place(s); }
    void set_next(Slot* s) {
        low_ = (low_ & index_mask) | (index(s) << 40);
        high_ = (high_ & ~uint64_t{0xffff}) | (index(s) >> 24);
    }
    void set_prev(Slot* s) { high_ = (high_ & ~(index_mask << 16)) | (index(s) << 16); }
    /// Its place, without children; neither neighbour is null.
    void join(const Slot* before, const Slot* behind, bool is_last) {
        const uint64_t next_index = place(behind);
        low_ = next_index << 40;
        high_ = (high_ & (in_thread_flag | uint64_t{63} << 58)) | (is_last ? last_flag : 0) |
                place(before) << 16 | next_index >> 24;
    }

    /// In no list, without children.
    void clear() {
        low_ = 0;
        high_ &= in_thread_flag | uint64_t{63} << 58;
    }

    [[nodiscard]] bool last() const { return (high_ & last_flag) != 0; }
    [[nodiscard]] bool in_thread() const { return (high_ & in_thread_flag) != 0; }
    void set_last(bool on) { high_ = on ? high_ | last_flag : high_ & ~last_flag; }
    void set_in_thread(bool on) { high_ = on ? high_ | in_thread_flag : high_ & ~in_thread_flag; }
    [[nodiscard]] Word extra() const { return static_cast<Word>(high_ >> 58); }
    void set_extra(Word bits) {
        high_ = (high_ & ~(uint64_t{63} << 58)) | (uint64_t{bits} << 58);
    }

private:
    static constexpr uint64_t index_mask = (uint64_t{1} << 40) - 1;
    static constexpr uint64_t last_flag = uint64_t{1} << 56;
    static constexpr uint64_t in_thread_flag = uint64_t{1} << 57;

    static Slot* slot(uint64_t i) {
        return i == 0 ? nullptr
                      : reinterpret_cast<Slot*>(arch::window_base() + static_cast<Word>(i << 5));
    }
    static uint64_t index(const Slot* s) {
        return s == nullptr ? 0 : place(s);
    }
    static uint64_t place(const Slot* s) {
        return (reinterpret_cast<Word>(s) - arch::window_base()) >> 5;
    }

    uint64_t low_ = 0;
    uint64_t high_ = 0;
};

/// 32-bit ISAs have room for plain pointers; flags lie in the low bits of the child pointer.
class SlotLinks32 {
public:
    [[nodiscard]] bool has_child() const { return (child_ & ~Word{31}) != 0; }
    [[nodiscard]] Slot* child() const { return reinterpret_cast<Slot*>(child_ & ~Word{31}); }
    [[nodiscard]] Slot* next() const { return next_; }
    [[nodiscard]] Slot* prev() const { return prev_; }
    void set_child(Slot* s) { child_ = (child_ & 31) | reinterpret_cast<Word>(s); }
    void set_first_child(Slot* s) { set_child(s); }
    void set_next(Slot* s) { next_ = s; }
    void set_prev(Slot* s) { prev_ = s; }
    void join(Slot* before, Slot* behind, bool is_last) {
        child_ = (child_ & 2) | (is_last ? 1 : 0);
        next_ = behind;
        prev_ = before;
    }
    void clear() {
        child_ &= 2;
        next_ = prev_ = nullptr;
    }
    [[nodiscard]] bool last() const { return (child_ & 1) != 0; }
    [[nodiscard]] bool in_thread() const { return (child_ & 2) != 0; }
    void set_last(bool on) { child_ = on ? child_ | 1 : child_ & ~Word{1}; }
    void set_in_thread(bool on) { child_ = on ? child_ | 2 : child_ & ~Word{2}; }
    [[nodiscard]] Word extra() const { return extra_; }
    void set_extra(Word bits) { extra_ = bits; }
    [[nodiscard]] Word upper() const { return upper_; }
    void set_upper(Word bits) { upper_ = bits; }

private:
    Word extra_ = 0;
    Word child_ = 0;
    Slot* next_ = nullptr;
    Slot* prev_ = nullptr;
    Word upper_ = 0; ///< Of the VSpace's id.
};

} // namespace kernel
