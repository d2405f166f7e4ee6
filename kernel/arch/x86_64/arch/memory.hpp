// SPDX-License-Identifier: BSD-2-Clause
// The kernel window, and caches, which the hardware keeps coherent.
#pragma once

#include <arch/page_format.hpp>

namespace arch {

inline void* to_virtual(kernel::PhysAddr address) {
    return reinterpret_cast<void*>(layout::window + address.raw());
}

inline kernel::PhysAddr to_physical(const void* address) {
    return kernel::PhysAddr{reinterpret_cast<uint64_t>(address) - layout::window};
}

constexpr kernel::Word window_base() { return layout::window; }

constexpr bool in_window(kernel::PhysAddr address, size_t size) {
    return address.raw() < layout::window_size && size <= layout::window_size - address.raw();
}

inline void clear_memory(void* start, size_t size) {
    size_t words = size / 8;
    asm volatile("rep stosq" : "+D"(start), "+c"(words) : "a"(uint64_t{0}) : "memory");
}

// The mapping of another type may not snoop (write-combining): lines leave the caches first.
inline void clean_to_coherency(void* start, size_t size) {
    auto* line = static_cast<char*>(start);
    for (size_t offset = 0; offset < size; offset += 64)
        asm volatile("clflush %0" : "+m"(line[offset])::"memory");
    asm volatile("mfence" ::: "memory");
}

inline void make_executable(void*, size_t) {}

inline void clear_physical(kernel::PhysAddr address, size_t size) {
    clear_memory(to_virtual(address), size);
}

inline void clean_physical_to_coherency(kernel::PhysAddr address, size_t size) {
    clean_to_coherency(to_virtual(address), size);
}

inline void clean_physical(kernel::PhysAddr address, size_t size) {
    clean_physical_to_coherency(address, size);
}

inline void make_physical_executable(kernel::PhysAddr, size_t) {}

inline void write_page_table_entry(PageFormat::Entry* place, PageFormat::Entry entry) {
    *static_cast<volatile PageFormat::Entry*>(place) = entry;
    asm volatile("" ::: "memory");
}

// Boot only: device registers, mapped for good.
void* map_device(kernel::PhysAddr address, size_t size);

} // namespace arch
