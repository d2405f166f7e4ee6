// SPDX-License-Identifier: BSD-2-Clause
// Partitions: the cyclic schedule of a core's time partitions, and who is ready in them.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>
#include <generic/object/cpu.hpp>

namespace kernel {

struct Partitions {
    struct Slot {
        Ticks length;
        uint8_t partition;
    };

    static constexpr uint8_t nobody = cobnut::partition_count; ///< Runs in the pad between slots.

    Slot slots[cobnut::partition_slot_count];
    uint32_t count;   ///< Slots of the cycle; 0: partition 0 runs always.
    uint32_t current; ///< Slot that runs, or ran before the pad.
    Ticks pad;
    Ticks until;      ///< End of the slot or of the pad.
    bool padding;
    ReadyQueue ready[nobody + 1]; ///< Of the partitions that do not run: Cpu::ready is the one's that does.
};

} // namespace kernel
