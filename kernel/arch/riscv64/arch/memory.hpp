// SPDX-License-Identifier: BSD-2-Clause
// The kernel window and cache maintenance.
#pragma once

#include <arch/layout.hpp>

#include <stddef.h>

namespace arch {

inline void* to_virtual(kernel::PhysAddr address) {
    return reinterpret_cast<void*>(address.raw() + window_start);
}

inline kernel::PhysAddr to_physical(const void* address) {
    return kernel::PhysAddr{reinterpret_cast<uint64_t>(address) - window_start};
}

constexpr kernel::Word window_base() { return window_start; }

constexpr bool in_window(kernel::PhysAddr begin, size_t size) {
    return size <= window_size && begin.raw() <= window_size - size;
}

void clear_memory(void* start, size_t size);

/// Devices of the machines that this kernel knows are coherent; what remains is order.
inline void clean_to_coherency(void*, size_t) { asm volatile("fence iorw, iorw" ::: "memory"); }

/// Zifencei: this core's fetches see its stores.
inline void make_executable(void*, size_t) { asm volatile("fence rw, rw\n\tfence.i" ::: "memory"); }

inline void clear_physical(kernel::PhysAddr start, size_t size) {
    clear_memory(to_virtual(start), size);
}
inline void clean_physical(kernel::PhysAddr start, size_t size) {
    clean_to_coherency(to_virtual(start), size);
}
inline void clean_physical_to_coherency(kernel::PhysAddr start, size_t size) {
    clean_to_coherency(to_virtual(start), size);
}
inline void make_physical_executable(kernel::PhysAddr start, size_t size) {
    make_executable(to_virtual(start), size);
}

// The walker reads an entry whole, whenever it likes.
inline void write_page_table_entry(uint64_t* entry, uint64_t value) {
    *const_cast<volatile uint64_t*>(entry) = value;
}

/// Boot only.
void* map_device(kernel::PhysAddr begin, size_t size);

} // namespace arch
