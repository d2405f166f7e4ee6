// SPDX-License-Identifier: BSD-2-Clause
// Reading the kernel's event ring (docs/manual/trace.md) while it is being written.
#pragma once

#include <cobnut/abi/trace.hpp>

namespace cobnut {

/// Goes through the events of a core from the first on. Header and ring are mapped as normal
/// memory, the ring's Frames one behind the other; read-only suffices.
class TraceReader {
public:
    TraceReader(const TraceHeader* header, const TraceEvent* ring)
        : header_(header), ring_(ring) {}

    /// Copies the next event. False: there is none yet. Those that were overwritten before they
    /// were read are left out and counted in lost().
    bool next(TraceEvent& event);

    [[nodiscard]] uint64_t lost() const { return lost_; }
    [[nodiscard]] uint64_t position() const { return position_; } ///< Number of the next event.
    /// Whether more events can come.
    [[nodiscard]] bool running() const {
        return __atomic_load_n(&header_->running, __ATOMIC_ACQUIRE) != 0;
    }

private:
    [[nodiscard]] uint64_t oldest(uint64_t head) const;

    const TraceHeader* header_;
    const TraceEvent* ring_;
    uint64_t position_ = 0;
    uint64_t lost_ = 0;
};

const char* name_of(TraceType type);

} // namespace cobnut
