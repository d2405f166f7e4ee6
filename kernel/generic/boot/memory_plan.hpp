// SPDX-License-Identifier: BSD-2-Clause
// Which physical memory is free, and taking some of it for the first objects.
#pragma once

#include <generic/boot/machine.hpp>

namespace kernel::boot {

/// Ranges that do not overlap; page-aligned.
struct FreeMemory {
    static constexpr unsigned capacity = 192;
    PhysRange item[capacity];
    unsigned count = 0;

    void add(PhysRange range);
    /// Takes a range out of all items; stops the boot if there is no room for the pieces.
    void remove(PhysRange range);
};

inline constexpr uint64_t page = 4096;

/// The whole pages inside a range, or all pages it touches.
[[nodiscard]] PhysRange pages_inside(PhysRange range);
[[nodiscard]] PhysRange pages_around(PhysRange range);

/// Checks the ranges that firmware handed over against each other; stops the boot with a line that
/// names them if they overlap or lie outside RAM.
void check_ranges(const Machine& machine);

/// RAM that is nobody's: neither firmware's, the image's, the blob's nor the archive's.
void find_free_memory(const Machine& machine, FreeMemory& free);
/// Addresses that are neither RAM nor registers of the kernel's devices.
void find_devices(const Machine& machine, FreeMemory& devices);

/// Takes cleared, page-aligned memory out of the window's part of `free`; stops the boot with
/// "too little memory" if there is none.
[[nodiscard]] PhysAddr allocate(const Machine& machine, FreeMemory& free, uint64_t bytes,
                                uint64_t alignment = page);

/// Calls `use(PhysAddr, size_bits)` for the naturally aligned blocks that make up the range, none
/// larger than 2^47 bytes.
template <class Use>
void for_each_block(PhysRange range, Use use) {
    uint64_t begin = range.begin.raw();
    const uint64_t end = range.end().raw();
    while (begin < end) {
        unsigned bits = 12;
        while (bits < 47 && (begin & ((uint64_t{2} << bits) - 1)) == 0 &&
               (uint64_t{2} << bits) <= end - begin)
            ++bits;
        use(PhysAddr(begin), bits);
        begin += uint64_t{1} << bits;
    }
}

} // namespace kernel::boot
