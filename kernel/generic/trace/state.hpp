// SPDX-License-Identifier: BSD-2-Clause
// What a core has for its trace: a member of Cpu, empty in kernels without one.
#pragma once

#include <generic/trace/ring.hpp>
#include <generic/trace/variant.hpp>

#include <type_traits>

namespace kernel {

struct Slot;

namespace trace {

/// The header's Frame and the ring's.
inline constexpr unsigned slot_count = enabled ? 1 + Ring::max_frames : 0;

struct RingState {
    uint32_t events = 0; ///< Types that are written; 0: it does not run.
    Ring ring;
    Slot* frames = nullptr; ///< slot_count of them, with capabilities derived from the user's.
};

struct NoState {
    static constexpr uint32_t events = 0;
};

using State = std::conditional_t<enabled, RingState, NoState>;

} // namespace trace
} // namespace kernel
