// SPDX-License-Identifier: BSD-2-Clause
// Hardware address-space identifiers: given when an address space first runs, taken back from the
// one that got it longest ago. There may be any number of address spaces.
#pragma once

#include <generic/object/vspace.hpp>

namespace kernel::asid {

/// Switches to the space; gives it an identifier if it has none.
void activate(VSpace& space);

/// The space ends or changes its root: its identifier is free, nothing of it stays in the TLB.
void release(VSpace& space);

} // namespace kernel::asid
