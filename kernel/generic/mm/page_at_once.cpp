// SPDX-License-Identifier: BSD-2-Clause
#include <generic/mm/page_at_once.hpp>

namespace kernel::mm {

bool page_at_once(const Thread& caller, Slot& frame) {
    return PageAtOnce<arch::Registers>{caller.registers, caller, frame}.done();
}

} // namespace kernel::mm
