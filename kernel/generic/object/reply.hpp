// SPDX-License-Identifier: BSD-2-Clause
// Reply: holds a caller until it is answered, and a link of the chain along which a scheduling
// context is lent.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>

namespace kernel {

struct SchedContext;
struct Thread;

/// Active while `caller` is set. The fastpath writes caller, prev, sched_context and the former
/// top's `up`; it never clears `up`, so `up` counts only while `up->prev == this` and up is active.
struct Reply {
    /// The path by which the server named this Reply when it last received, as the register has it
    /// (Registers::reply_word); no_path: look it up.
    /// Reset when that slot is emptied or moved, the server's capability space changes or a signal is pending
    /// for the server: then no reply_recv is for the fastpath.
    Word path = no_path;
    Thread* caller = nullptr;
    Reply* prev = nullptr;            ///< Next outer call of the same scheduling context.
    Reply* up = nullptr;              ///< Next inner call, see above.
    Thread* server = nullptr;         ///< The thread whose Thread::reply this is.
    SchedContext* sched_context = nullptr; ///< Lent with this call; null: nothing was lent.

    static constexpr Word no_path = ~Word{0};
};

static_assert(sizeof(Reply) <= 1 << cobnut::reply_size_bits);

} // namespace kernel
