// SPDX-License-Identifier: BSD-2-Clause
// The queue of an Endpoint or Notification.
#include <generic/ipc/endpoint_queue.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::ipc {

void queue_insert(Word& head, Thread& thread, Word state) {
    Thread* higher = nullptr;
    Thread* ring = queue_first(head);
    while (ring != nullptr && ring->priority() > thread.priority()) {
        higher = ring;
        ring = ring->lower;
    }
    if (ring != nullptr && ring->priority() == thread.priority()) {
        thread.next = ring;
        thread.prev = ring->prev;
        ring->prev->next = &thread;
        ring->prev = &thread;
        head = (head & ~Endpoint::state_mask) | state;
        return;
    }
    thread.next = thread.prev = &thread;
    thread.lower = ring;
    thread.higher = higher;
    if (ring != nullptr)
        ring->higher = &thread;
    if (higher != nullptr) {
        higher->lower = &thread;
        head = (head & ~Endpoint::state_mask) | state;
    } else {
        head = reinterpret_cast<Word>(&thread) | state;
    }
}

Thread* queue_next(Word head, const Thread& thread) {
    Thread* next = thread.next;
    const bool leads = next == queue_first(head) || next->higher != nullptr;
    return leads ? next->lower : next;
}

void queue_remove(Word& head, Thread& thread) {
    if (kernel_state.progress_count != 0)
        progress::step_over(thread, queue_next(head, thread));
    const Word state = head & Endpoint::state_mask;
    const bool leads_all = queue_first(head) == &thread;
    const bool leads_ring = leads_all || thread.higher != nullptr;
    Thread* successor = thread.lower;
    if (thread.next != &thread) {
        thread.next->prev = thread.prev;
        thread.prev->next = thread.next;
        if (leads_ring) {
            successor = thread.next;
            successor->lower = thread.lower;
            successor->higher = thread.higher;
            if (thread.lower != nullptr)
                thread.lower->higher = successor;
        }
    } else if (thread.lower != nullptr) {
        thread.lower->higher = thread.higher;
    }
    if (leads_ring) {
        if (leads_all)
            head = successor == nullptr ? 0 : reinterpret_cast<Word>(successor) | state;
        else
            thread.higher->lower = successor;
    }
    thread.next = thread.prev = &thread;
    thread.lower = thread.higher = nullptr;
}

Word receiver_state(const Endpoint& endpoint, const Thread& thread, bool offers_reply) {
    if (!offers_reply)
        return Endpoint::receivers;
    const Thread* first = endpoint.first();
    if (first == nullptr)
        return Endpoint::fast_receivers;
    const bool one_ring = first->lower == nullptr && first->priority() == thread.priority();
    return (endpoint.head & Endpoint::fast_receivers) != 0 && one_ring ? Endpoint::fast_receivers
                                                                        : Endpoint::receivers;
}

void requeue_with_priority(Thread& thread, unsigned priority) {
    Word* head = queue_of(thread);
    Word state = 0;
    if (head != nullptr) {
        state = *head & Endpoint::state_mask;
        queue_remove(*head, thread);
    }
    thread.gate = (thread.gate & ~Gate::priority_mask) | priority;
    if (head != nullptr) {
        // A second ring takes the endpoint off the fastpath.
        const bool others = *head != 0;
        if (state == Endpoint::fast_receivers && others)
            state = Endpoint::receivers;
        queue_insert(*head, thread, state);
    }
}

} // namespace kernel::ipc
