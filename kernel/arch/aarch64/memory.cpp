// SPDX-License-Identifier: BSD-2-Clause
// Clearing memory, and cache maintenance by address (Arm ARM D7.5).
#include <arch/cpu.hpp>
#include <arch/memory.hpp>
#include <arch/system_registers.hpp>

namespace arch {

namespace {

uintptr_t first_line(const void* start, uint64_t line) {
    return reinterpret_cast<uintptr_t>(start) & ~(line - 1);
}

uintptr_t behind(const void* start, size_t size) {
    return reinterpret_cast<uintptr_t>(start) + size;
}

} // namespace

void clear_memory(void* start, size_t size) {
    constexpr uint64_t prohibited = 16;
    uint64_t zeroing;
    asm("mrs %0, dczid_el0" : "=r"(zeroing));
    const uint64_t block = uint64_t{4} << (zeroing & 15);
    auto at = reinterpret_cast<uintptr_t>(start);
    const uintptr_t end = at + size;
    if ((zeroing & prohibited) == 0 && ((at | size) & (block - 1)) == 0)
        for (; at < end; at += block)
            asm volatile("dc zva, %0" ::"r"(at) : "memory");
    while (at < end) // NOLINT(bugprone-infinite-loop): it moves
        asm volatile("stp xzr, xzr, [%0], #16" : "+r"(at)::"memory");
}

void clean_physical(kernel::PhysAddr start, size_t size) {
    const void* const begin = to_virtual(start);
    const uint64_t line = CacheType::read().data_line();
    for (uintptr_t at = first_line(begin, line); at < behind(begin, size); at += line)
        asm volatile("dc cvac, %0" ::"r"(at) : "memory");
    asm volatile("dsb sy" ::: "memory");
}

void clean_to_coherency(void* start, size_t size) {
    const uint64_t line = CacheType::read().data_line();
    for (uintptr_t at = first_line(start, line); at < behind(start, size); at += line)
        asm volatile("dc civac, %0" ::"r"(at) : "memory");
    asm volatile("dsb sy" ::: "memory");
}

void make_executable(void* start, size_t size) {
    const CacheType type = CacheType::read();
    if (!type.get<CacheType::CleanNotNeeded>()) {
        const uint64_t line = type.data_line();
        for (uintptr_t at = first_line(start, line); at < behind(start, size); at += line)
            asm volatile("dc cvau, %0" ::"r"(at) : "memory");
    }
    asm volatile("dsb ish" ::: "memory");
    if (!type.get<CacheType::InvalidateNotNeeded>()) {
        // By address only where the cache has no aliases: users fetch by other addresses than ours.
        if (type.get<CacheType::Policy>() == CacheType::physical) {
            const uint64_t line = type.instruction_line();
            for (uintptr_t at = first_line(start, line); at < behind(start, size); at += line)
                asm volatile("ic ivau, %0" ::"r"(at) : "memory");
        } else {
            asm volatile("ic ialluis" ::: "memory");
        }
    }
    asm volatile("dsb ish\n\tisb" ::: "memory");
}

// The data cache of level 1 by set and way (D7.5.3; CCSIDR_EL1 has two formats, D19.2.26), the
// instruction cache and the TLB. No other core runs, so that set and way find all there is.
void flush_for_partition() {
    uint64_t size, features;
    asm volatile("msr csselr_el1, xzr\n\tisb\n\tmrs %0, ccsidr_el1\n\tmrs %1, id_aa64mmfr2_el1"
                 : "=r"(size), "=r"(features));
    const bool wide = (features >> 20 & 15) != 0;
    const unsigned line_shift = static_cast<unsigned>(size & 7) + 4;
    const auto last_way = static_cast<uint32_t>(size >> 3 & (wide ? 0x1fffff : 0x3ff));
    const auto last_set = static_cast<uint32_t>(wide ? size >> 32 & 0xffffff : size >> 13 & 0x7fff);
    const int way_shift = last_way == 0 ? 0 : __builtin_clz(last_way);
    for (uint64_t way = 0; way <= last_way; ++way)
        for (uint64_t set = 0; set <= last_set; ++set)
            asm volatile("dc cisw, %0" ::"r"(way << way_shift | set << line_shift) : "memory");
    asm volatile("dsb sy\n\tic iallu\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
}

} // namespace arch
