// SPDX-License-Identifier: BSD-2-Clause
// Reading the kernel's event ring.
#include <lib/trace.hpp>

namespace cobnut {

namespace {

TraceEvent copy(const volatile TraceEvent& from) {
    TraceEvent event;
    event.time = from.time;
    event.word[0] = from.word[0];
    event.word[1] = from.word[1];
    event.number = from.number;
    event.detail = from.detail;
    event.type = from.type;
    event.core = from.core;
    return event;
}

} // namespace

/// While it runs, event `head` may be being written: its place counts as taken.
uint64_t TraceReader::oldest(uint64_t head) const {
    const uint64_t kept = header_->event_count - (running() ? 1u : 0u);
    return head > kept ? head - kept : 0;
}

bool TraceReader::next(TraceEvent& event) {
    // Partner: the kernel's release store behind each event.
    uint64_t head = __atomic_load_n(&header_->head, __ATOMIC_ACQUIRE);
    while (position_ < head) {
        const uint64_t first = oldest(head);
        if (position_ < first) {
            lost_ += first - position_;
            position_ = first;
        }
        event = copy(ring_[position_ & (header_->event_count - 1)]);
        // Partner: the kernel's fence before each event. If the copy has a word of the event that
        // takes this place, the head that is read behind it tells that this one is gone.
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        head = __atomic_load_n(&header_->head, __ATOMIC_RELAXED);
        if (position_ >= oldest(head)) {
            ++position_;
            return true;
        }
    }
    return false;
}

const char* name_of(TraceType type) {
    for (const Named& row : trace_types)
        if (row.number == static_cast<uint32_t>(type))
            return row.name;
    return "unknown event";
}

} // namespace cobnut
