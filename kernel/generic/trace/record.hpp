// SPDX-License-Identifier: BSD-2-Clause
// Where the kernel tells what happens. In kernels without a trace all of this is nothing.
#pragma once

#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/trace.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/cpu.hpp>

namespace kernel::trace {

using cobnut::TraceIpc;
using cobnut::TraceType;

namespace detail {
void put(Cpu& cpu, TraceType type, unsigned detail, uint64_t first, uint64_t second);
/// Physical address of an object in the kernel window; 0 for null.
[[nodiscard]] uint64_t address_of(const void* object);
void capability_emptied(Cpu& cpu, const Slot& slot);
} // namespace detail

[[nodiscard]] inline bool is_running(const Cpu& cpu) {
    if constexpr (enabled)
        return cpu.trace.events != 0;
    else
        return false;
}

/// Writes one event, if its type is asked for.
inline void record(Cpu& cpu, TraceType type, unsigned detail, uint64_t first, uint64_t second) {
    if constexpr (enabled)
        if ((cpu.trace.events >> static_cast<unsigned>(type) & 1) != 0)
            detail::put(cpu, type, detail, first, second);
}

/// The same, with an object as first word.
inline void record(Cpu& cpu, TraceType type, unsigned detail, const void* first,
                   uint64_t second) {
    if constexpr (enabled)
        if ((cpu.trace.events >> static_cast<unsigned>(type) & 1) != 0)
            detail::put(cpu, type, detail, detail::address_of(first), second);
}

/// The same, with two.
inline void record(Cpu& cpu, TraceType type, unsigned detail, const void* first,
                   const void* second) {
    if constexpr (enabled)
        if ((cpu.trace.events >> static_cast<unsigned>(type) & 1) != 0)
            detail::put(cpu, type, detail, detail::address_of(first), detail::address_of(second));
}

inline void record(Cpu& cpu, TraceIpc kind, const void* from, const void* to) {
    record(cpu, TraceType::ipc, static_cast<unsigned>(kind), from, to);
}

/// A capability goes: if it is a Frame of the trace, that stops before the memory is given back.
inline void capability_emptied(Cpu& cpu, const Slot& slot) {
    if constexpr (enabled)
        detail::capability_emptied(cpu, slot);
}

/// The slots for the Frames: slot_count of them, empty.
void set_slots(Cpu& cpu, Slot* slots);

/// What the events call the object of a capability: its physical address; 0 if it has none.
[[nodiscard]] uint64_t name_of(const Slot& slot);

} // namespace kernel::trace
