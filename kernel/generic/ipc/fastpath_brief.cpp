// SPDX-License-Identifier: BSD-2-Clause
// The entry of the brief fastpath. This file is compiled so that it touches no register of the
// user's that the stub has not saved.
#include <generic/contract/fastpath.hpp>
#include <generic/ipc/fastpath_brief.hpp>

void kernel_fast_brief(ARCH_FAST_PARAMETERS) {
    kernel::ipc::BriefPath<arch::BriefPolicy>::go(ARCH_BRIEF_FROM_STUB, path);
}
