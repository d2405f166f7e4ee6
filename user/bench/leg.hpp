// SPDX-License-Identifier: BSD-2-Clause
// System calls that are measured: marks for tools/cost_meter.cpp stand right at the trap
// instruction, readings of the cycle counter around them.
#pragma once

#include "protocol.hpp"

#include <bench_isa.hpp>
#include <lib/message.hpp>

namespace cobnut::bench {

[[gnu::always_inline]] inline void begin_stamp() { shared().stamp = isa::read_cycles(); }

inline void end_stamp(int leg) {
    const uint64_t now = isa::read_cycles();
    Shared& all = shared();
    const uint64_t begin = all.stamp;
    all.stamp = 0;
    uint32_t& taken = all.taken[leg];
    if (begin != 0 && taken < all.limit)
        all.samples[leg][taken++] = static_cast<uint32_t>(now - begin);
}

/// A system call that begins one leg and, when it returns, has ended another or the same.
template <Syscall form, int begins, int ends>
[[gnu::always_inline]] inline Message leg(CapIndex capability, const Message& message = Message(),
                                          CapIndex reply = 0) {
    if constexpr (begins != Leg::none)
        begin_stamp();
    const Message answer =
        detail::trap<form, begin_of(begins), end_of(ends)>(capability, message, reply);
    if constexpr (ends != Leg::none)
        end_stamp(ends);
    return answer;
}

} // namespace cobnut::bench
