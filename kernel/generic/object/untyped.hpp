// SPDX-License-Identifier: BSD-2-Clause
// Untyped memory and what becomes of it.
#pragma once

#include <generic/cap/slot.hpp>
#include <generic/object/invocation.hpp>

namespace kernel::untyped {

[[nodiscard]] Failure invoke(Invocation& call);

/// log2 of the bytes of one object; `size_bits` is the argument of retype. Fails with
/// invalid_argument or out_of_range.
[[nodiscard]] Result<unsigned> object_bits(ObjectType type, Word size_bits);

/// Makes the object in cleared memory at `address` and its capability in the empty `slot`, a child
/// of `parent`. False: the ids of VSpaces are used up.
[[nodiscard]] bool create(Slot& parent, Slot& slot, ObjectType type, unsigned size_bits,
                          PhysAddr address);

/// log2 of the bytes of a Thread with room for FP/SIMD state; 0: the machine has none.
[[nodiscard]] unsigned fpu_thread_bits();

} // namespace kernel::untyped
