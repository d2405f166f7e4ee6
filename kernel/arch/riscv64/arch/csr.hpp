// SPDX-License-Identifier: BSD-2-Clause
// The supervisor's control and status registers (RISC-V Privileged Architecture 1.12, chapter 4).
#pragma once

#include <cobnut/register.hpp>

namespace arch::csr {

namespace reg = cobnut::reg;

enum class FloatState : uint64_t { off = 0, initial = 1, clean = 2, dirty = 3 };

// 4.1.1 sstatus
struct Status : reg::Word<Status> {
    using Word::Word;
    using InterruptEnable = reg::Flag<1>;
    using PreviousInterruptEnable = reg::Flag<5>;
    using PreviousSupervisor = reg::Flag<8>;
    using Float = reg::Field<14, 13, FloatState>;
    using Vector = reg::Field<10, 9, FloatState>;
    using UserMemoryAccess = reg::Flag<18>;
    using ExecutableReadable = reg::Flag<19>;
};
static_assert(reg::disjoint<Status::InterruptEnable, Status::PreviousInterruptEnable,
                            Status::PreviousSupervisor, Status::Float, Status::Vector,
                            Status::UserMemoryAccess, Status::ExecutableReadable>);

// 4.1.3 sip and sie
struct Interrupts : reg::Word<Interrupts> {
    using Word::Word;
    using Software = reg::Flag<1>;
    using Timer = reg::Flag<5>;
    using External = reg::Flag<9>;
};

// 4.1.11 satp
struct Translation : reg::Word<Translation> {
    using Word::Word;
    using Root = reg::Field<43, 0>;
    using Asid = reg::Field<59, 44>;
    using Mode = reg::Field<63, 60>;
};
static_assert(reg::disjoint<Translation::Root, Translation::Asid, Translation::Mode>);
inline constexpr uint64_t mode_sv39 = 8;

// 4.1.8 scause, table 4.2
enum class Cause : uint64_t {
    instruction_misaligned = 0,
    instruction_access = 1,
    illegal_instruction = 2,
    breakpoint = 3,
    load_misaligned = 4,
    load_access = 5,
    store_misaligned = 6,
    store_access = 7,
    user_call = 8,
    instruction_page = 12,
    load_page = 13,
    store_page = 15,
    hardware_error = 19,
};
inline constexpr uint64_t cause_interrupt = uint64_t{1} << 63;

#define COBNUT_CSR(name, Type)                                                                     \
    inline Type read_##name() {                                                                    \
        uint64_t raw;                                                                              \
        asm volatile("csrr %0, " #name : "=r"(raw)::"memory");                                     \
        return Type{raw};                                                                          \
    }                                                                                              \
    inline void write_##name(Type value) {                                                         \
        asm volatile("csrw " #name ", %0" ::"rK"(uint64_t{raw_of(value)}) : "memory");             \
    }                                                                                              \
    inline void set_##name(Type bits) {                                                            \
        asm volatile("csrs " #name ", %0" ::"rK"(uint64_t{raw_of(bits)}) : "memory");              \
    }                                                                                              \
    inline void clear_##name(Type bits) {                                                          \
        asm volatile("csrc " #name ", %0" ::"rK"(uint64_t{raw_of(bits)}) : "memory");              \
    }

constexpr uint64_t raw_of(uint64_t value) { return value; }
template <class Tag>
constexpr uint64_t raw_of(const reg::Word<Tag>& value) {
    return value.raw();
}

COBNUT_CSR(sstatus, Status)
COBNUT_CSR(sie, Interrupts)
COBNUT_CSR(sip, Interrupts)
COBNUT_CSR(satp, Translation)
COBNUT_CSR(stvec, uint64_t)
COBNUT_CSR(sscratch, uint64_t)
COBNUT_CSR(scounteren, uint64_t)
COBNUT_CSR(scause, uint64_t)
COBNUT_CSR(sepc, uint64_t)
COBNUT_CSR(stval, uint64_t)
#undef COBNUT_CSR

inline uint64_t read_time() {
    uint64_t value;
    asm volatile("csrr %0, time" : "=r"(value)::"memory");
    return value;
}

// Sstc; by number, since assemblers want to be told of the extension.
inline void write_stimecmp(uint64_t value) {
    asm volatile("csrw 0x14d, %0" ::"r"(value) : "memory");
}

/// Tries to read it; boot only, for a trap changes sstatus.
inline bool has_stimecmp() {
    uint64_t vector, present, value;
    asm volatile("lla %0, 1f\n\tcsrrw %0, stvec, %0\n\tli %1, 0\n\tcsrr %2, 0x14d\n\tli %1, 1\n\t"
                 ".balign 4\n1:\tcsrw stvec, %0"
                 : "=&r"(vector), "=&r"(present), "=&r"(value)::"memory");
    return present != 0;
}

} // namespace arch::csr
