// SPDX-License-Identifier: BSD-2-Clause
// The slow path of the kernel's entries: where the fastpaths go when a case is not for them.
#pragma once

#include <cobnut/abi/fault.hpp>
#include <generic/base/types.hpp>

namespace kernel::slow {

/// As the entries of generic/contract/cpu.hpp.
[[noreturn]] void system_call(Word number);
/// `number` has been claimed.
[[noreturn]] void interrupt(unsigned number);
/// The current thread, in a full frame, stops with this fault.
[[noreturn]] void fault(cobnut::FaultType type, Word word2, Word word3, Word word4);

} // namespace kernel::slow
