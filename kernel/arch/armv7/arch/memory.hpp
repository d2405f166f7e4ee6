// SPDX-License-Identifier: BSD-2-Clause
// The kernel's view of RAM, and cache maintenance by address.
#pragma once

#include <arch/instructions.hpp>
#include <arch/layout.hpp>
#include <generic/base/types.hpp>

#include <stddef.h>
#include <stdint.h>

namespace arch {

/// Physical minus virtual address in the window, modulo 2^32: RAM of the window lies below 4 GiB or ends there.
extern uint32_t window_offset;
extern kernel::PhysRange window_range;

constexpr kernel::Word window_base() { return layout::window; }

inline void* to_virtual(kernel::PhysAddr address) {
    return reinterpret_cast<void*>(static_cast<uint32_t>(address.raw()) - window_offset);
}
inline kernel::PhysAddr to_physical(const void* address) {
    return kernel::PhysAddr{reinterpret_cast<uint32_t>(address) + window_offset};
}

inline bool in_window(kernel::PhysAddr begin, size_t size) {
    return window_range.contains({begin, size});
}

void clear_memory(void* begin, size_t size);
void clean_to_coherency(void* begin, size_t size);
void make_executable(void* begin, size_t size);

/// For RAM that may lie beyond the window: page by page through one passing mapping.
void clean_physical(kernel::PhysAddr begin, size_t size);
void clear_physical(kernel::PhysAddr begin, size_t size);
void clean_physical_to_coherency(kernel::PhysAddr begin, size_t size);
void make_physical_executable(kernel::PhysAddr begin, size_t size);

/// An aligned strd is single-copy atomic on every CPU with LPAE (Arm ARM A3.5.3).
inline void write_page_table_entry(uint64_t* entry, // NOLINT(readability-non-const-parameter)
                                   uint64_t value) {
    asm volatile("strd %Q1, %R1, [%0]" : : "r"(entry), "r"(value) : "memory");
}

void* map_device(kernel::PhysAddr begin, size_t size);

} // namespace arch
