// SPDX-License-Identifier: BSD-2-Clause
// Kernel: everything that is global and can change. Nothing else is, but Cpu.
#pragma once

#include <arch/address_space.hpp>
#include <arch/interrupt.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/vspace.hpp>

namespace kernel {

struct Thread;

/// A retype that was preempted while it cleared memory. The Untyped is marked busy.
struct Clearing {
    Slot* untyped;  ///< Null: this record is free.
    Thread* thread;
    uint64_t begin; ///< Offsets in the Untyped: cleared from here
    uint64_t done;  ///< up to here.
};

/// A revoke that was preempted: nothing is derived below the slot until it is repeated to its end.
struct Revoking {
    Slot* slot;
    Thread* thread;
};

struct Kernel {
    static constexpr uint32_t max_revoking = 8;

    Slot* root;    ///< Parent of the capabilities that were made at boot.
    Slot* scratch; ///< Empty but inside an exchange of two slots.
    Slot* limbo;   ///< What lay in the first slot of an object that died: deleted next.
    Slot* dying;   ///< Zombies of CNodes and Threads whose slots are being emptied, in a list
    Slot* dying_last;     ///< through their badges; of the first one
    Word dying_progress;  ///< the slots before this one are empty.
    Slot* irq_slots; ///< Per interrupt: the Notification that it signals.
    uint32_t irq_taken[(arch::max_interrupts + 31) / 32];

    uint64_t least_ticks; ///< sched::min_budget_us in ticks.

    Clearing clearing[8];
    uint32_t next_clearing;

    uint32_t revoking_count; ///< Entries of `revoking` in use, the oldest first.
    Revoking revoking[max_revoking];

    VSpace* spaces;        ///< Root of the search tree over the ids of living VSpaces.
    uint64_t next_space_id;
    VSpace* asid_owner[arch::max_asids];
    uint32_t next_asid;

    Reply no_reply;     ///< Stands for "offers no Reply"; its path matches none.
    VSpace empty_space; ///< Of threads without VSpace: no user address translates.
};

extern Kernel kernel_state;

} // namespace kernel
