// SPDX-License-Identifier: BSD-2-Clause
// What a program that lib/system.hpp started finds, and how it prints and reports.
#pragma once

#include <lib/console.hpp>

namespace cobnut {

/// Slots of its capability space. Desk, and what the system granted, are there.
struct Given {
    static constexpr CapIndex node = 1;    ///< The space itself.
    static constexpr CapIndex desk = 2;    ///< Endpoint of the root task: prints and reports.
    static constexpr CapIndex reply = 3;   ///< Reply object.
    static constexpr CapIndex service = 4; ///< Endpoint that it serves or uses.
    static constexpr CapIndex notification = 5;
    static constexpr CapIndex interrupt = 6;
    static constexpr CapIndex io_port = 7;
    static constexpr CapIndex memory = 8; ///< Untyped.
    static constexpr CapIndex space = 9;  ///< VSpace of somebody else.
    static constexpr CapIndex first_free = 16;
};

/// Label of a report at the desk; prints have ConsoleProtocol's.
inline constexpr Word report_label = 16;

template <class... Parts>
void print(const Parts&... parts) {
    ConsoleClient(Endpoint(Given::desk)).print(parts...);
}

template <class... Words>
void report(Words... words) {
    (void)send(Given::desk, Message::of(report_label, words...));
}

} // namespace cobnut
