// SPDX-License-Identifier: BSD-2-Clause
// The generic timer's virtual counter and compare register: there at EL1 with and without a
// hypervisor (Arm ARM D12).
#pragma once

#include <generic/base/types.hpp>

namespace arch {

inline kernel::Ticks now() {
    uint64_t value;
    // The counter may be read early but for the barrier.
    asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
    return value;
}

inline kernel::Ticks ticks_per_second() {
    uint64_t value;
    asm("mrs %0, cntfrq_el0" : "=r"(value));
    return value;
}

// The interrupt is a level: it ends when the compare register lies ahead again. The largest value
// is ahead for ever.
inline void set_deadline(kernel::Ticks deadline) {
    asm volatile("msr cntv_cval_el0, %0" ::"r"(deadline));
}

} // namespace arch
