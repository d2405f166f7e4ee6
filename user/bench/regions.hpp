// SPDX-License-Identifier: BSD-2-Clause
// The regions that the bench measures, and what its programs are given.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut::bench {

/// Numbers of regions: 0 to 7, more do not fit into ARMv7's mark.
struct Region {
    static constexpr unsigned call = 0; ///< No words.
    static constexpr unsigned reply_recv = 1;
    static constexpr unsigned call_full = 2; ///< All message registers.
    static constexpr unsigned reply_recv_full = 3;
    static constexpr unsigned signal = 4;  ///< Nobody waits.
    static constexpr unsigned yield = 5;   ///< Nobody else is ready.
    static constexpr unsigned refused = 6; ///< Non-blocking send to an empty slot.
};

inline constexpr const char* region_names[] = {
    "call", "reply_recv", "call_full", "reply_recv_full", "signal", "yield", "refused",
};

constexpr int begin_of(unsigned region) { return static_cast<int>(region << 1); }
constexpr int end_of(unsigned region) { return static_cast<int>(region << 1 | 1); }

inline constexpr unsigned warm_up = 100;
inline constexpr unsigned rounds = 200;

/// Capabilities of client and server.
struct Given {
    static constexpr CapIndex desk =
        2; ///< Client: Endpoint of the root task; server: Notification.
    static constexpr CapIndex service = 4;
    static constexpr CapIndex reply = 5;
    static constexpr CapIndex notification = 7;
    static constexpr CapIndex nothing = 40;
};

} // namespace cobnut::bench
