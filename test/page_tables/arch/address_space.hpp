// SPDX-License-Identifier: BSD-2-Clause
// The simulated machine's address spaces, but that the test is told what the kernel invalidates.
#pragma once

#define activate host_activate
#define entry_added host_entry_added
#define entry_removed host_entry_removed
#define table_removed host_table_removed
#include "../../host/arch/address_space.hpp"
#undef activate
#undef entry_added
#undef entry_removed
#undef table_removed

namespace arch {

void activate(SpaceToken token);
void entry_added(unsigned asid, kernel::VirtAddr address);
void entry_removed(unsigned asid, kernel::VirtAddr address, unsigned level, unsigned count);
void table_removed(unsigned asid);

} // namespace arch
