// SPDX-License-Identifier: BSD-2-Clause
// Addresses and ranges as types of their own: a physical address is no virtual one.
#pragma once

#include <cobnut/abi/types.hpp>

#include <compare>
#include <stddef.h>
#include <stdint.h>

namespace kernel {

using cobnut::Word;
using cobnut::word_bits;

/// A physical address; 64 bits wide on every ISA (LPAE has 40).
class PhysAddr {
public:
    constexpr PhysAddr() = default;
    constexpr explicit PhysAddr(uint64_t raw) : raw_(raw) {}
    [[nodiscard]] constexpr uint64_t raw() const { return raw_; }
    constexpr PhysAddr operator+(uint64_t bytes) const { return PhysAddr(raw_ + bytes); }
    constexpr uint64_t operator-(PhysAddr other) const { return raw_ - other.raw_; }
    constexpr auto operator<=>(const PhysAddr&) const = default;

private:
    uint64_t raw_ = 0;
};

/// A virtual address of user level or of the kernel, not to be dereferenced.
class VirtAddr {
public:
    constexpr VirtAddr() = default;
    constexpr explicit VirtAddr(Word raw) : raw_(raw) {}
    [[nodiscard]] constexpr Word raw() const { return raw_; }
    constexpr VirtAddr operator+(Word bytes) const { return VirtAddr(raw_ + bytes); }
    constexpr Word operator-(VirtAddr other) const { return raw_ - other.raw_; }
    constexpr auto operator<=>(const VirtAddr&) const = default;

private:
    Word raw_ = 0;
};

/// Of a 64-bit number that travels as two words, low first: 0 where words have 64 bits.
constexpr Word high_word(uint64_t number) {
    return sizeof(Word) == 8 ? 0 : static_cast<Word>(number >> 32);
}

/// Physical memory from begin, size bytes.
struct PhysRange {
    PhysAddr begin;
    uint64_t size = 0;

    [[nodiscard]] constexpr PhysAddr end() const { return begin + size; }
    [[nodiscard]] constexpr bool overlaps(const PhysRange& other) const {
        return size != 0 && other.size != 0 && begin < other.end() && other.begin < end();
    }
    [[nodiscard]] constexpr bool contains(const PhysRange& other) const {
        return begin <= other.begin && other.end() <= end();
    }
};

/// Of the clock that the ISA's timer counts.
using Ticks = uint64_t;

constexpr uint64_t align_down(uint64_t value, uint64_t alignment) {
    return value & ~(alignment - 1);
}
constexpr uint64_t align_up(uint64_t value, uint64_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}
constexpr bool is_aligned(uint64_t value, uint64_t alignment) {
    return (value & (alignment - 1)) == 0;
}

} // namespace kernel
