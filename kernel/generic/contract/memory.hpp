// SPDX-License-Identifier: BSD-2-Clause
// Contract: how the kernel reaches physical memory, and what caches need.
#pragma once

#include <arch/memory.hpp>

#include <generic/base/types.hpp>

#include <concepts>

namespace contract {

using kernel::PhysAddr;
using kernel::Word;

// void* to_virtual(PhysAddr): address in the kernel window of RAM below Machine::window's end.
//   A constant offset where the ISA allows; the cost must be one or two instructions.
static_assert(std::same_as<decltype(arch::to_virtual(PhysAddr{})), void*>);
// PhysAddr to_physical(const void*): inverse, for window addresses only.
static_assert(std::same_as<decltype(arch::to_physical(static_cast<void*>(nullptr))), PhysAddr>);
// window_base: lowest virtual address of the window. Link indices of slots count from here, so on
// 64-bit ISAs the window must not exceed 2^44 bytes.
static_assert(std::convertible_to<decltype(arch::window_base()), Word>);

// bool in_window(PhysAddr, size_t): the kernel can reach this RAM by to_virtual().
static_assert(std::same_as<decltype(arch::in_window(PhysAddr{}, size_t{})), bool>);

// clear_memory(void*, size_t): zeroes whole cache lines of normal RAM; size is a multiple of 16.
static_assert(requires(void* p, size_t n) { arch::clear_memory(p, n); });
// clean_to_coherency(void*, size_t): writes back and invalidates the lines of RAM that is going to
//   be accessed by another memory type or by a device. x86: nothing.
static_assert(requires(void* p, size_t n) { arch::clean_to_coherency(p, n); });
// make_executable(void*, size_t): data stores to these lines become visible to instruction fetch
//   of every core (PoU clean, instruction cache invalidation, barriers). x86: nothing.
static_assert(requires(void* p, size_t n) { arch::make_executable(p, n); });
// clean_physical(PhysAddr, size_t): as clean_to_coherency, but the lines may stay.
// clear_physical, clean_physical_to_coherency, make_physical_executable(PhysAddr, size_t): the same
//   for RAM that may lie beyond the window (32-bit ISAs map it for a moment); clear_physical's
//   ranges are whole pages when it does. Elsewhere they are the functions above on to_virtual().
static_assert(requires(PhysAddr p, size_t n) {
    arch::clear_physical(p, n);
    arch::clean_physical(p, n);
    arch::clean_physical_to_coherency(p, n);
    arch::make_physical_executable(p, n);
});
// write_page_table_entry(Entry*, Entry): one single-copy atomic store that the table walker may
//   see at once; arch::PageFormat::Entry wide (a 64-bit store on ARMv7 LPAE: strd/aligned).
// map_device(PhysAddr, size): boot only; maps device registers for the kernel for good and returns
//   where. Never fails but by a fatal line.

} // namespace contract
