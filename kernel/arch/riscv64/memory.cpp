// SPDX-License-Identifier: BSD-2-Clause
// Clearing memory.
#include <arch/cpu.hpp>
#include <arch/memory.hpp>

namespace arch {

void clear_memory(void* start, size_t size) {
    auto* at = static_cast<volatile uint64_t*>(start);
    for (auto* const end = at + size / sizeof *at; at < end; at += 2) {
        at[0] = 0;
        at[1] = 0;
    }
}

// Zifencei and the TLB are all that the ISA can say.
void flush_for_partition() {
    asm volatile("fence.i\n\tsfence.vma" ::: "memory");
}

} // namespace arch
