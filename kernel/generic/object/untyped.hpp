// SPDX-License-Identifier: BSD-2-Clause
// Untyped memory and what becomes of it.
#pragma once

#include <generic/cap/slot.hpp>
#include <generic/object/invocation.hpp>

namespace kernel::untyped {

[[nodiscard]] Failure invoke(Invocation& call);

/// A retype that brings exactly what the method takes, of one object into the CNode that it names, which the
/// caller's own holds. True: it is done, the answer has no words. False: decode it; at most memory that is
/// free has been cleared. There is no Progress of anybody.
[[nodiscard]] bool retype_at_once(const Thread& caller, Slot& untyped);

/// log2 of the bytes of one object of this ObjectType; `size_bits` is the argument of retype. Fails with
/// invalid_argument or out_of_range.
[[nodiscard]] Result<unsigned> object_bits(Word type, Word size_bits);

/// Whether an object of this type can be made of it.
[[nodiscard]] inline bool may_become(const Slot& untyped, ObjectType type) {
    return (untyped.badge & (Slot::untyped_device | Slot::untyped_frames_only)) == 0 ||
           type == ObjectType::frame || type == ObjectType::untyped;
}
/// Whether it is cleared for that, so many bytes between two looks for interrupts.
[[nodiscard]] inline bool is_cleared_for(const Slot& untyped, ObjectType type) {
    return type != ObjectType::untyped && (untyped.badge & Slot::untyped_device) == 0;
}
inline constexpr uint64_t clear_step = 4096;

/// The capability of a Frame of that size index, without its place among the children of `parent`.
inline void set_frame(const Slot& parent, Slot& slot, unsigned size_index, PhysAddr address) {
    const bool device = (parent.badge & Slot::untyped_device) != 0;
    const Word rights = rights_byte(Rights::read_write()) | (device ? SlotRights::device : 0) |
                        Word{size_index} << SlotRights::frame_size_shift;
    slot.object.set_physical(ObjectType::frame, rights, address);
    slot.clear_mapping();
}

/// Makes the object in cleared memory at `address` and its capability in the empty `slot`, a child
/// of `parent`.
void create(Slot& parent, Slot& slot, ObjectType type, unsigned size_bits, PhysAddr address);

/// log2 of the bytes of a Thread with room for FP/SIMD state; 0: the machine has none.
[[nodiscard]] unsigned fpu_thread_bits();

} // namespace kernel::untyped
