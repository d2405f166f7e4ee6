// SPDX-License-Identifier: BSD-2-Clause
// Ring: writes events into memory that user level reads meanwhile. What it goes by is its own;
// nothing is ever read from that memory.
#pragma once

#include <cobnut/abi/trace.hpp>
#include <generic/base/types.hpp>

namespace kernel::trace {

class Ring {
public:
    static constexpr unsigned max_frames = cobnut::max_trace_frames;

    /// The next `begin` counts from 0. Each of the frames, a power of two of them, has room for
    /// 1 << event_bits events.
    void begin(cobnut::TraceHeader& header, void* const* frames, unsigned count,
               unsigned event_bits, uint32_t core, uint32_t events, Ticks ticks_per_second) {
        header_ = &header;
        for (unsigned i = 0; i < count; ++i)
            frame_[i] = static_cast<cobnut::TraceEvent*>(frames[i]);
        event_bits_ = static_cast<uint8_t>(event_bits);
        frame_mask_ = count - 1;
        count_ = 0;
        core_ = static_cast<uint8_t>(core);
        header = {cobnut::trace_magic, core, count << event_bits, 1, events, 0,
                  ticks_per_second, 0};
    }

    void end() {
        __atomic_store_n(&header_->running, 0, __ATOMIC_RELEASE);
        header_ = nullptr;
    }

    void put(Ticks time, cobnut::TraceType type, unsigned detail, uint64_t first,
             uint64_t second) {
        // Whoever reads a word of this event also sees, behind its acquire fence, that all places
        // before it are taken: the last event's head comes before these stores.
        __atomic_thread_fence(__ATOMIC_RELEASE);
        volatile cobnut::TraceEvent& place = at(count_);
        place.time = time;
        place.word[0] = first;
        place.word[1] = second;
        place.number = static_cast<uint32_t>(count_);
        place.detail = static_cast<uint16_t>(detail);
        place.type = type;
        place.core = core_;
        ++count_;
        // Partner: the reader's acquire load.
        __atomic_store_n(&header_->head, count_, __ATOMIC_RELEASE);
    }

    [[nodiscard]] bool running() const { return header_ != nullptr; }
    /// Events so far, and the place of one that is among the last capacity() of them.
    [[nodiscard]] uint64_t count() const { return count_; }
    [[nodiscard]] uint64_t capacity() const { return (uint64_t{frame_mask_} + 1) << event_bits_; }
    [[nodiscard]] cobnut::TraceEvent& at(uint64_t number) const {
        const auto in_frame = static_cast<size_t>(number) & ((size_t{1} << event_bits_) - 1);
        return frame_[(number >> event_bits_) & frame_mask_][in_frame];
    }

private:
    cobnut::TraceHeader* header_ = nullptr; ///< Null: does not run.
    uint64_t count_ = 0;
    uint32_t frame_mask_ = 0;
    uint8_t event_bits_ = 0;
    uint8_t core_ = 0;
    cobnut::TraceEvent* frame_[max_frames] = {};
};

} // namespace kernel::trace
