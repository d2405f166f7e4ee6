// SPDX-License-Identifier: BSD-2-Clause
// Emptying slots and destroying objects, in bounded steps and without recursion.
#pragma once

#include <generic/cap/slot.hpp>
#include <generic/object/cpu.hpp>

namespace kernel::cap {

/// A CNode or Thread whose last capability is deleted becomes a zombie: that capability moves into
/// the object's own first slot (what was there goes to Kernel::limbo and is deleted next), and the
/// object joins the list of the dying. So no slot ever waits for another one but limbo, whatever
/// contains what, and an object stays a child of its Untyped until nothing of it is left.

/// One bounded step towards emptying `slot`. True when it is empty.
[[nodiscard]] bool delete_step(Cpu& cpu, Slot& slot);

/// One bounded step towards emptying the slots of the dying. True when there are none.
[[nodiscard]] bool drain_step(Cpu& cpu);

/// One bounded step towards deleting all descendants of `slot`. True when there are none.
[[nodiscard]] bool revoke_step(Cpu& cpu, Slot& slot);

/// A capability is about to leave `slot` by a move: what is cached of the place is forgotten.
void before_move(Slot& slot);

} // namespace kernel::cap
