// SPDX-License-Identifier: BSD-2-Clause
// The kernel window over simulated memory, and caches that do not exist.
#pragma once

#include <arch/host.hpp>
#include <arch/page_format.hpp>

#include <string.h>

namespace arch {

inline void* to_virtual(kernel::PhysAddr address) {
    return host::ram + (address.raw() - host::ram_base);
}

inline kernel::PhysAddr to_physical(const void* address) {
    return kernel::PhysAddr(
        static_cast<uint64_t>(static_cast<const unsigned char*>(address) - host::ram) +
        host::ram_base);
}

/// Below the memory, so that no slot in it has the index 0.
inline kernel::Word window_base() { return reinterpret_cast<kernel::Word>(host::ram) - 4096; }

inline bool in_window(kernel::PhysAddr begin, size_t size) {
    return begin.raw() >= host::ram_base && size <= host::ram_bytes &&
           begin.raw() - host::ram_base <= host::ram_bytes - size;
}

inline void clear_memory(void* start, size_t size) { memset(start, 0, size); }
inline void clean_to_coherency(void*, size_t) {}
inline void make_executable(void*, size_t) {}
inline void clear_physical(kernel::PhysAddr start, size_t size) {
    clear_memory(to_virtual(start), size);
}
inline void clean_physical(kernel::PhysAddr, size_t size) { host::machine.cleaned += size; }
inline void clean_physical_to_coherency(kernel::PhysAddr, size_t size) {
    host::machine.cleaned_to_coherency += size;
}
inline void make_physical_executable(kernel::PhysAddr, size_t size) {
    host::machine.made_executable += size;
}

inline void write_page_table_entry(PageFormat::Entry* place, PageFormat::Entry entry) {
    *place = entry;
}

} // namespace arch
