// SPDX-License-Identifier: BSD-2-Clause
// What the programs of the tour agree on: slots of their capability spaces and message labels.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut::tour {

/// Capabilities that a program may find in its capability space.
struct Given {
    static constexpr CapIndex node = 1;    ///< The space itself.
    static constexpr CapIndex desk = 2;    ///< Endpoint of init, for reports.
    static constexpr CapIndex console = 3; ///< Endpoint of the UART driver, to print.
    static constexpr CapIndex service = 4; ///< Endpoint that it serves or uses.
    static constexpr CapIndex reply = 5;   ///< Reply object.
    static constexpr CapIndex interrupt = 6;
    static constexpr CapIndex notification = 7;
    static constexpr CapIndex io_port = 8;
    static constexpr CapIndex memory = 9;   ///< Untyped.
    static constexpr CapIndex space = 10;   ///< VSpace of somebody else.
    static constexpr CapIndex nothing = 40; ///< Always empty.
    static constexpr CapIndex first_free = 16;
};

inline constexpr unsigned given_node_bits = 6;

/// Labels of reports to init.
struct Report {
    static constexpr Word ready = 1;
    static constexpr Word halfway = 2;
    static constexpr Word done = 3; ///< Word 0: operations, 1: wrong ones, 2: prints repeated.
};

struct EchoProtocol {
    static constexpr Word echo = 1;       ///< Answer: both words, changed, and the caller's badge.
    static constexpr Word statistics = 2; ///< Answer: calls with badge 1, with badge 2.
    static constexpr Word twist = 0x5a5a5a5a;
};

/// Memory that nobody maps in advance.
struct DemandWindow {
    static constexpr Word begin = 0x2000'0000;
    static constexpr unsigned pages = 64;
    static constexpr Word statistics = 1; ///< Answer: pages served, faults refused.
};

} // namespace cobnut::tour
