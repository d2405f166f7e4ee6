// SPDX-License-Identifier: BSD-2-Clause
// Endpoint: where senders and receivers meet.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>

namespace kernel {

struct Thread;

/// The queue holds either receivers or senders. Threads of one priority form a ring; the leaders
/// of the rings are linked from the highest priority down (Thread::lower). `head` points at the
/// leader of the highest ring, its low bits say what waits.
struct Endpoint {
    /// One ring of receivers, the first of which offers a Reply: what the fastpath handles.
    static constexpr Word fast_receivers = 1;
    static constexpr Word senders = 2;
    /// Receivers in any other situation.
    static constexpr Word receivers = 4;
    static constexpr Word state_mask = 7;

    Word head = 0;
    Word spare = 0;

    [[nodiscard]] Thread* first() const { return reinterpret_cast<Thread*>(head & ~state_mask); }
    [[nodiscard]] bool has_senders() const { return (head & senders) != 0; }
    [[nodiscard]] bool has_receivers() const {
        return (head & (fast_receivers | receivers)) != 0;
    }
};

static_assert(sizeof(Endpoint) <= 1 << cobnut::endpoint_size_bits);

} // namespace kernel
