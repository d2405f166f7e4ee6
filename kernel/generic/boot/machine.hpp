// SPDX-License-Identifier: BSD-2-Clause
// What the boot code of an ISA found out and hands to the generic boot.
#pragma once

#include <generic/base/types.hpp>

namespace kernel::boot {

/// Without the last page of all addresses, where nothing is: so the end of every page is a number.
constexpr PhysRange bounded(PhysRange range) {
    constexpr uint64_t top = ~uint64_t{0} - 4095;
    const uint64_t begin = range.begin.raw() < top ? range.begin.raw() : top;
    return {PhysAddr{begin}, range.size < top - begin ? range.size : top - begin};
}

/// A list of ranges without allocation; `add` refuses when it is full.
template <unsigned Capacity>
struct RangeList {
    PhysRange item[Capacity];
    unsigned count = 0;

    [[nodiscard]] constexpr bool add(PhysRange unbounded) {
        const PhysRange range = bounded(unbounded);
        if (range.size == 0)
            return true;
        if (count == Capacity)
            return false;
        item[count++] = range;
        return true;
    }
    constexpr const PhysRange* begin() const { return item; }
    constexpr const PhysRange* end() const { return item + count; }
};

/// The machine as firmware describes it. All addresses are physical; all ranges are as found, the
/// generic boot sorts, rounds to pages, merges and checks them for overlap.
struct Machine {
    RangeList<32> ram;      ///< Memory that firmware calls RAM.
    RangeList<64> reserved; ///< RAM that is firmware's: never Untyped, never mapped for users.
    RangeList<32> kernel_devices; ///< Registers that the kernel drives: kept out of device Untyped.
    PhysRange image;        ///< The kernel's image with its .bss, boot part included.
    PhysRange discard[2];   ///< Page-aligned parts of the image that nobody needs after the boot.
    PhysRange archive;      ///< The boot archive (size 0: none was handed over).
    PhysRange device_tree;  ///< The blob (size 0: none).
    PhysAddr acpi_root;     ///< The RSDP; 0: none.
    PhysRange window;       ///< RAM that the kernel window covers, from its lowest address.
    uint64_t device_limit;  ///< Physical addresses end here; device Untyped covers what is no RAM.
    unsigned core_count = 1;
};

/// Runs at the kernel's high address, on the kernel stack, interrupts masked, Cpu zeroed and
/// `cpu` reachable by arch::current_cpu(). Never returns: leaves for the root task.
[[noreturn]] void main(Machine& machine);

} // namespace kernel::boot
