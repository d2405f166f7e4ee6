// SPDX-License-Identifier: BSD-2-Clause
// A fresh protection domain for one test, out of one Untyped.
#pragma once

#include "console.hpp"
#include "program.hpp"

namespace conformance {

/// What every domain shares with the harness.
struct Shared {
    cobnut::CapIndex report = 0;         ///< Endpoint; children are minted from it.
    cobnut::Untyped device;              ///< 4 KiB of device memory, or none.
    cobnut::Untyped large;               ///< 1 GiB, 32 MiB, or none.
    cobnut::Frame uart;                  ///< Or none.
    cobnut::Untyped slice;               ///< Everything of the domain comes from here.
    cobnut::CNode node;                  ///< Of the domain that was made last.
    bool firmware = false;               ///< Whether the next one gets it: it could end the run.
};

inline constexpr unsigned slice_bits = 23;
inline constexpr cobnut::Word report_badge = 1;
inline constexpr cobnut::Word fault_badge = 2;

/// Makes the domain and starts its first thread in `entry` with the test's number. Its capabilities
/// are in free slots of the harness.
cobnut::Status make_domain(Home& home, const Program& program, Shared& shared,
                           cobnut::Word entry, cobnut::Word test);

/// Destroys all of it; tells whether every byte came back.
bool destroy_domain(Home& home, const Shared& shared);

} // namespace conformance
