// SPDX-License-Identifier: BSD-2-Clause
// What must hold between two kernel entries (docs/invariants.md).
#pragma once

#include <generic/object/cpu.hpp>
#include <generic/object/vspace.hpp>

#include <vector>

namespace test {

/// Looks at every object that a capability names.
void check_invariants(kernel::Cpu& cpu);

/// The VSpaces that have a hardware identifier of their own, the oldest first.
std::vector<const kernel::VSpace*> identifier_holders();

/// Called with the first one that does not hold; whoever links the checks says what happens then.
[[noreturn]] void broken_invariant(const char* condition);

} // namespace test
