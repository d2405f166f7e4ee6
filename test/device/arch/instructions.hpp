// SPDX-License-Identifier: BSD-2-Clause
// x86's ports and model-specific registers.
#pragma once

#include <machine.hpp>

namespace arch {

inline uint8_t in8(uint16_t port) {
    return static_cast<uint8_t>(device::machine->read_port(port, 1));
}
inline uint16_t in16(uint16_t port) {
    return static_cast<uint16_t>(device::machine->read_port(port, 2));
}
inline uint32_t in32(uint16_t port) {
    return static_cast<uint32_t>(device::machine->read_port(port, 4));
}
inline void out8(uint16_t port, uint8_t value) { device::machine->write_port(port, 1, value); }
inline void out16(uint16_t port, uint16_t value) { device::machine->write_port(port, 2, value); }
inline void out32(uint16_t port, uint32_t value) { device::machine->write_port(port, 4, value); }

enum class Msr : uint32_t { apic_base = 0x1b, tsc_deadline = 0x6e0, x2apic_base = 0x800 };

inline uint64_t read_msr(Msr msr) { return device::machine->read_msr(static_cast<uint32_t>(msr)); }
inline void write_msr(Msr msr, uint64_t value) {
    device::machine->write_msr(static_cast<uint32_t>(msr), value);
}
inline uint64_t time_stamp() { return device::machine->time * 1000; } ///< 1 GHz if accesses take 1 us
inline void memory_fence() { ++device::machine->barriers; }
inline void pause() { ++device::machine->time; }

} // namespace arch
