// SPDX-License-Identifier: BSD-2-Clause
// The slow path of the kernel's entries: where the fastpaths go when a case is not for them.
#pragma once

#include <cobnut/abi/fault.hpp>
#include <generic/base/types.hpp>

namespace kernel {
struct Cpu;
}

namespace kernel::slow {

/// As the entries of generic/contract/cpu.hpp.
[[noreturn]] void system_call(Word number);
/// The end of a system call that the current thread has made: it is made again if it was preempted.
[[noreturn]] void finish(Cpu& cpu);
/// `number` has been claimed.
[[noreturn]] void interrupt(unsigned number);
/// The current thread, in a full frame, stops with this fault.
[[noreturn]] void fault(cobnut::FaultType type, Word word2, Word word3, Word word4);

} // namespace kernel::slow
