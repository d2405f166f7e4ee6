// SPDX-License-Identifier: BSD-2-Clause
// The queue of an Endpoint or Notification: priorities first, FIFO within one. A word holds the
// leader of the highest ring and, in its low bits, a state of the owner's.
#pragma once

#include <generic/object/endpoint.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

inline Thread* queue_first(Word head) {
    return reinterpret_cast<Thread*>(head & ~Endpoint::state_mask);
}

/// Puts `thread`, which is in no queue, behind the others of its priority. At most as many steps
/// as there are priorities. `state` replaces the state bits.
void queue_insert(Word& head, Thread& thread, Word state);

/// Who is behind `thread`; null: nobody.
[[nodiscard]] Thread* queue_next(Word head, const Thread& thread);

/// Takes `thread` out; the state bits stay, or become 0 with the last thread.
void queue_remove(Word& head, Thread& thread);

/// The state of an Endpoint after a receiver has come that offers a Reply or not.
Word receiver_state(const Endpoint& endpoint, const Thread& thread, bool offers_reply);

/// Where the thread is queued, or null. Endpoint and Notification begin with their queue's word.
inline Word* queue_of(Thread& thread) {
    switch (thread.wait_kind()) {
    case Wait::receive:
    case Wait::send:
    case Wait::signal:
        return thread.waits_on<Word>();
    default:
        return nullptr;
    }
}

/// Changes the thread's priority and its place where it waits.
void requeue_with_priority(Thread& thread, unsigned priority);

} // namespace kernel::ipc
