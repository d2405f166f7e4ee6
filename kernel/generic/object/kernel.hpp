// SPDX-License-Identifier: BSD-2-Clause
// Kernel: everything that is global and can change. Nothing else is, but Cpu.
#pragma once

#include <arch/address_space.hpp>
#include <arch/interrupt.hpp>
#include <generic/cap/progress.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/partitions.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/vspace.hpp>

namespace kernel {

struct Thread;

struct Kernel {
    static constexpr uint32_t max_progress = 16;

    Slot* root;    ///< Parent of the capabilities that were made at boot.
    Slot* scratch; ///< Empty but inside an exchange of two slots.
    Slot* limbo;   ///< What lay in the first slot of an object that died: deleted next.
    Slot* dying;   ///< Zombies of CNodes and Threads whose slots are being emptied, in a list
    Slot* dying_last;     ///< through their badges; of the first one
    Word dying_progress;  ///< the slots before this one are empty.
    Slot* irq_slots; ///< Per interrupt: the Notification that it signals.
    uint32_t irq_taken[(arch::max_interrupts + 31) / 32];

    Partitions partitions;

    uint64_t least_ticks; ///< sched::min_budget_us in ticks.

    uint32_t progress_count; ///< Entries of `progress` in use, the oldest first.
    uint64_t send_number;    ///< Counts the senders that were queued.
    Progress progress[max_progress];

    VSpace* spaces;        ///< Root of the search tree over the ids of living VSpaces.
    uint64_t last_space_id; ///< That was given.
    VSpace* oldest_asid; ///< The first of the ring of VSpaces that have an identifier, oldest first.
    uint32_t last_asid;  ///< The identifier that was given last.

    Reply no_reply;     ///< Stands for "offers no Reply"; its path matches none.
    VSpace empty_space; ///< Of threads without VSpace: no user address translates.
};

extern Kernel kernel_state;

} // namespace kernel
