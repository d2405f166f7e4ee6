// SPDX-License-Identifier: BSD-2-Clause
// Gate: one word of a thread that answers at once whether a fastpath may switch to it.
#pragma once

#include <stdint.h>

namespace kernel {

/// Thread::gate and Cpu::gate have one layout. The Cpu's holds its core, partition and the highest
/// priority that is ready. A fastpath may switch to `t` iff ((t.gate - cpu.gate) >> 8) == 0: same
/// core and partition, no flag set, priority at least that of whoever is ready. Bit 8 is always 0,
/// so that a lower priority borrows into the upper bits. The FPU field is 0/1 in a thread without
/// and with live FP state, 0/2 in the Cpu: equal only if neither has any. So with `traced`.
struct Gate {
    static constexpr uint32_t priority_mask = 0xff;
    static constexpr unsigned core_shift = 9;
    static constexpr uint32_t core_mask = 0x7f;
    static constexpr unsigned partition_shift = 16;
    static constexpr uint32_t partition_mask = 0x3f;
    static constexpr uint32_t fpu_thread = uint32_t{1} << 22;
    static constexpr uint32_t fpu_cpu = uint32_t{2} << 22;
    static constexpr uint32_t full_frame = uint32_t{1} << 24;
    static constexpr uint32_t suspended = uint32_t{1} << 25;
    static constexpr uint32_t traced = uint32_t{1} << 26; ///< Alien or debugged.
    static constexpr uint32_t counters = uint32_t{1} << 27;
    static constexpr uint32_t faulted = uint32_t{1} << 28; ///< Waits for the answer to a fault.
    static constexpr uint32_t traced_cpu = uint32_t{1} << 29; ///< The current thread is `traced`, or a trace runs.
    static constexpr uint32_t signal_pending = uint32_t{1} << 31; ///< Bound notification is active; see Reply::path.

    /// As may_run, of the difference of the two.
    static constexpr bool passes(auto difference) { return difference <= priority_mask; }
    static constexpr bool may_run(uint32_t thread, uint32_t cpu) { return passes(thread - cpu); }
    /// Added to a difference that does not pass: it passes if nothing was in the way but that both have live FP/SIMD
    /// state, which leaves 1 - 2 in its field;
    static constexpr uint32_t beyond_fpu = fpu_thread;
    /// Subtracted: but that the thread waits in a full frame for the answer to a fault. (One whose time was up may be in
    /// a voluntary frame.)
    static constexpr uint32_t beyond_fault = full_frame | faulted;
    /// As may_run, and its priority is higher than that of `running`, to whom nobody ready is superior.
    static constexpr bool may_preempt(uint32_t thread, uint32_t cpu, uint32_t running) {
        if (__builtin_is_constant_evaluated())
            return may_run(thread - 1, (cpu & ~priority_mask) | (running & priority_mask));
        struct Fields { // one instruction inserts the byte
            uint32_t priority : 8;
            uint32_t others : 24;
        };
        auto fields = __builtin_bit_cast(Fields, cpu);
        fields.priority = running & priority_mask;
        return may_run(thread - 1, __builtin_bit_cast(uint32_t, fields));
    }
};

static_assert(Gate::may_preempt(9, 7, 8) && !Gate::may_preempt(8, 7, 8) && !Gate::may_preempt(0, 0, 0));
static_assert(!Gate::may_preempt(Gate::suspended | 9, 7, 8) && Gate::may_preempt(9, 7, Gate::full_frame | 8));
static_assert(Gate::may_run(200, 200) && Gate::may_run(255, 0) && !Gate::may_run(7, 8));

namespace gate_rules {
constexpr bool beyond(uint32_t added, uint32_t thread, uint32_t cpu) { return Gate::passes(thread - cpu + added); }
constexpr uint32_t fpu = Gate::beyond_fpu, faulted = Gate::beyond_fault, fault = 0 - faulted;
static_assert(beyond(fpu, Gate::fpu_thread | 9, Gate::fpu_cpu | 8) && !beyond(fpu, 9, 8));
static_assert(!beyond(fpu, Gate::fpu_thread | 9, 8) && !beyond(fpu, 9, Gate::fpu_cpu | 8));
static_assert(beyond(fault, faulted | 9, 8) && !beyond(fault, 9, 8) && !beyond(fault, faulted | 7, 8));
static_assert(!beyond(fault, Gate::faulted | 9, 8) && !beyond(fault, faulted | Gate::suspended | 9, 8));
} // namespace gate_rules
static_assert(!Gate::may_run(Gate::full_frame | 9, 8) && !Gate::may_run(9, Gate::fpu_cpu | 8));

} // namespace kernel
