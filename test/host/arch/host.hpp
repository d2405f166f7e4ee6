// SPDX-License-Identifier: BSD-2-Clause
// The simulated machine on which the generic core runs in host tests: memory, one core, a clock
// that tests set, interrupts that tests raise.
#pragma once

#include <generic/base/types.hpp>

#include <bitset>
#include <string>

namespace kernel {
struct Cpu;
struct Thread;
} // namespace kernel

namespace arch::host {

inline constexpr uint64_t ram_base = 0x40000000;
inline constexpr size_t ram_bytes = size_t{64} << 20;
inline constexpr unsigned interrupt_lines = 64;
inline constexpr unsigned io_ports = 0x60;

struct Machine {
    kernel::Ticks now = 0;
    kernel::Ticks deadline = ~kernel::Ticks{0};
    std::bitset<interrupt_lines> raised;
    std::bitset<interrupt_lines> masked;
    unsigned preempt_every = 0; ///< Every so many polls say that an interrupt is pending; 0: none.
    unsigned polls = 0;
    uint64_t space_root = 0; ///< Of the active address space; 0: the empty one.
    unsigned space_asid = 0;
    unsigned asids = 8;
    unsigned translations_dropped = 0;
    unsigned forgotten_asid = 0; ///< Of the last whole space, and the root that was active then.
    uint64_t root_when_forgotten = 0;
    unsigned partition_flushes = 0;
    /// Bytes that were cleaned so that instruction fetch, other cores or devices see them.
    size_t made_executable = 0, cleaned = 0, cleaned_to_coherency = 0;
    bool counters_open = false;
    bool fpu_open = false;
    bool can_suspend = false;
    unsigned power_offs = 0, resets = 0;
    kernel::Word port[io_ports] = {};
    std::string console;
    std::string typed; ///< On the console, to be read.
};

/// Whether the kernel's fastpaths are compiled in, so to speak.
extern bool fastpaths;
extern Machine machine;
extern kernel::Cpu* cpu;
extern unsigned char* const ram;

/// Thrown where the kernel would leave for user level, stop, or wait for an interrupt that cannot
/// come.
struct Left {
    kernel::Thread* thread;
};
struct Stopped {
    std::string console;
};
struct NothingToDo {};

} // namespace arch::host
