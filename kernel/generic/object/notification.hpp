// SPDX-License-Identifier: BSD-2-Clause
// Notification: a word of flags that a thread can wait for.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>

namespace kernel {

struct SchedContext;
struct Thread;

struct Notification {
    /// Waiters, queued like those of an Endpoint (state bit Endpoint::receivers).
    Word head = 0;
    Word flags = 0; ///< Signals not yet taken.
    Word active = 0; ///< 1: signalled, though the flags may be 0 (badge 0).
    Thread* bound = nullptr;
    SchedContext* sched_context = nullptr; ///< Lent to a passive waiter.
};

static_assert(sizeof(Notification) <= 1 << cobnut::notification_size_bits);

} // namespace kernel
