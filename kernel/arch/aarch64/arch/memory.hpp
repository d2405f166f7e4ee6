// SPDX-License-Identifier: BSD-2-Clause
// The kernel window and cache maintenance.
#pragma once

#include <arch/layout.hpp>
#include <generic/base/types.hpp>

#include <stddef.h>
#include <stdint.h>

namespace arch {

inline void* to_virtual(kernel::PhysAddr address) {
    return reinterpret_cast<void*>(address.raw() + window_start);
}

inline kernel::PhysAddr to_physical(const void* address) {
    return kernel::PhysAddr{reinterpret_cast<uint64_t>(address) - window_start};
}

constexpr kernel::Word window_base() { return window_start; }

/// RAM beyond 16 TiB is out of reach.
constexpr bool in_window(kernel::PhysAddr begin, size_t size) {
    return begin.raw() < window_size && size <= window_size - begin.raw();
}

void clear_memory(void* start, size_t size);
void clean_to_coherency(void* start, size_t size);
void make_executable(void* start, size_t size);

// All RAM is in the window.
void clean_physical(kernel::PhysAddr start, size_t size);
inline void clear_physical(kernel::PhysAddr start, size_t size) {
    clear_memory(to_virtual(start), size);
}
inline void clean_physical_to_coherency(kernel::PhysAddr start, size_t size) {
    clean_to_coherency(to_virtual(start), size);
}
inline void make_physical_executable(kernel::PhysAddr start, size_t size) {
    make_executable(to_virtual(start), size);
}

// The walker reads an entry whole, whenever it likes (D8.2.6): what the entry points at comes
// first.
inline void write_page_table_entry(uint64_t* entry, uint64_t value) {
    asm volatile("dmb ishst" ::: "memory");
    *const_cast<volatile uint64_t*>(entry) = value;
}

/// Boot only.
void* map_device(kernel::PhysAddr begin, size_t size);

} // namespace arch
