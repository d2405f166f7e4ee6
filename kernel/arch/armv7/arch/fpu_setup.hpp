// SPDX-License-Identifier: BSD-2-Clause
// Boot: opens the FP unit to the kernel and learns what it has.
#pragma once

namespace arch {

void find_fpu();

} // namespace arch
