// SPDX-License-Identifier: BSD-2-Clause
// The instructions that C++ has no words for: ports, MSRs, control registers, CPUID.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace arch {

inline uint8_t in8(uint16_t port) {
    uint8_t value;
    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

inline uint16_t in16(uint16_t port) {
    uint16_t value;
    asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

inline uint32_t in32(uint16_t port) {
    uint32_t value;
    asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

inline void out8(uint16_t port, uint8_t value) {
    asm volatile("outb %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

inline void out16(uint16_t port, uint16_t value) {
    asm volatile("outw %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

inline void out32(uint16_t port, uint32_t value) {
    asm volatile("outl %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

enum class Msr : uint32_t {
    apic_base = 0x1b,
    tsc_deadline = 0x6e0,
    predictor_command = 0x49,
    flush_command = 0x10b,
    machine_check_status = 0x17a,
    pat = 0x277,
    x2apic_base = 0x800,
    efer = 0xc0000080,
    star = 0xc0000081,
    lstar = 0xc0000082,
    fmask = 0xc0000084,
    fs_base = 0xc0000100,
    gs_base = 0xc0000101,
};

inline uint64_t read_msr(Msr msr) {
    uint32_t low, high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(static_cast<uint32_t>(msr)));
    return low | uint64_t{high} << 32;
}

inline void write_msr(Msr msr, uint64_t value) {
    asm volatile("wrmsr" ::"c"(static_cast<uint32_t>(msr)), "a"(static_cast<uint32_t>(value)),
                 "d"(static_cast<uint32_t>(value >> 32))
                 : "memory");
}

struct Cpuid {
    uint32_t eax, ebx, ecx, edx;
};

inline Cpuid cpuid(uint32_t leaf, uint32_t subleaf = 0) {
    Cpuid result;
    asm volatile("cpuid"
                 : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                 : "a"(leaf), "c"(subleaf));
    return result;
}

inline uint64_t time_stamp() {
    uint64_t value; // the instruction clears both upper halves
    asm volatile("rdtsc\n shlq $32, %%rdx\n orq %%rdx, %0" : "=a"(value)::"rdx", "cc");
    return value;
}

template <unsigned Number>
inline uint64_t read_control() {
    uint64_t value;
    asm volatile("mov %%cr%c1, %0" : "=r"(value) : "i"(Number));
    return value;
}

template <unsigned Number>
inline void write_control(uint64_t value) {
    asm volatile("mov %0, %%cr%c1" ::"r"(value), "i"(Number) : "memory");
}

inline void memory_fence() { asm volatile("mfence" ::: "memory"); }

inline void pause() { asm volatile("pause"); }

[[noreturn]] inline void halt_forever() {
    for (;;)
        asm volatile("cli\n hlt" ::: "memory");
}

} // namespace arch
