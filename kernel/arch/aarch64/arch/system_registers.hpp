// SPDX-License-Identifier: BSD-2-Clause
// AArch64 system registers the kernel uses, as typed words (Arm ARM, chapter D19).
#pragma once

#include <cobnut/register.hpp>
#include <stdint.h>

namespace arch {

namespace reg = cobnut::reg;

// SCTLR_EL1. `off` is the value with everything off and the RES1 bits of ARMv8.0 set.
struct SystemControl : reg::Word<SystemControl> {
    using Word::Word;
    using Mmu = reg::Flag<0>;
    using DataCache = reg::Flag<2>;
    using StackAlignment = reg::Flag<3>;
    using StackAlignmentUser = reg::Flag<4>;
    using InstructionCache = reg::Flag<12>;
    using UserZeroLine = reg::Flag<14>;
    using UserCacheType = reg::Flag<15>;
    using UserWaitInterrupt = reg::Flag<16>;
    using UserWaitEvent = reg::Flag<18>;
    using KeepPan = reg::Flag<23>;
    using UserCacheMaintenance = reg::Flag<26>;
    static constexpr uint64_t off = 0x30d00800;
    static constexpr uint64_t entry_synchronises = 1 << 22; ///< EIS; without FEAT_ExS RES1, as the next
    static constexpr uint64_t exit_synchronises = 1 << 11;  ///< EOS

    static void write(SystemControl value) {
        asm volatile("msr sctlr_el1, %0\n\tisb" ::"r"(value.raw()) : "memory");
    }
};

// TCR_EL1.
struct TranslationControl : reg::Word<TranslationControl> {
    using Word::Word;
    using Size0 = reg::Field<5, 0, uint8_t>;
    using Inner0 = reg::Field<9, 8, uint8_t>;
    using Outer0 = reg::Field<11, 10, uint8_t>;
    using Share0 = reg::Field<13, 12, uint8_t>;
    using Size1 = reg::Field<21, 16, uint8_t>;
    using Inner1 = reg::Field<25, 24, uint8_t>;
    using Outer1 = reg::Field<27, 26, uint8_t>;
    using Share1 = reg::Field<29, 28, uint8_t>;
    using Granule1 = reg::Field<31, 30, uint8_t>;
    using PhysicalSize = reg::Field<34, 32, uint8_t>;
    using Asid16 = reg::Flag<36>;

    static TranslationControl read() {
        uint64_t value;
        asm("mrs %0, tcr_el1" : "=r"(value));
        return TranslationControl{value};
    }
    static void write(TranslationControl value) {
        asm volatile("msr tcr_el1, %0" ::"r"(value.raw()));
    }
};

// ID_AA64MMFR0_EL1 and ID_AA64MMFR1_EL1.
struct MemoryFeatures0 : reg::Word<MemoryFeatures0> {
    using Word::Word;
    using PhysicalRange = reg::Field<3, 0, uint8_t>;
    using AsidBits = reg::Field<7, 4, uint8_t>;
    using FineTraps = reg::Field<59, 56, uint8_t>;

    static MemoryFeatures0 read() {
        uint64_t value;
        asm("mrs %0, id_aa64mmfr0_el1" : "=r"(value));
        return MemoryFeatures0{value};
    }
    [[nodiscard]] bool asid16() const { return get<AsidBits>() == 2; }
};

struct MemoryFeatures1 : reg::Word<MemoryFeatures1> {
    using Word::Word;
    using Pan = reg::Field<23, 20, uint8_t>;
    using ExtendedHypervisor = reg::Field<43, 40, uint8_t>;

    static MemoryFeatures1 read() {
        uint64_t value;
        asm("mrs %0, id_aa64mmfr1_el1" : "=r"(value));
        return MemoryFeatures1{value};
    }
};

// ID_AA64PFR0_EL1.
struct ProcessorFeatures : reg::Word<ProcessorFeatures> {
    using Word::Word;
    using FloatingPoint = reg::Field<19, 16, uint8_t>;
    using GicRegisters = reg::Field<27, 24, uint8_t>;
    using ScalableVectors = reg::Field<35, 32, uint8_t>;

    static ProcessorFeatures read() {
        uint64_t value;
        asm("mrs %0, id_aa64pfr0_el1" : "=r"(value));
        return ProcessorFeatures{value};
    }
};

// CTR_EL0: which cache maintenance makes new instructions visible (D4.4.5, D7.5).
struct CacheType : reg::Word<CacheType> {
    using Word::Word;
    using InstructionLine = reg::Field<3, 0, uint8_t>;
    using Policy = reg::Field<15, 14, uint8_t>;
    static constexpr uint8_t physical = 3; ///< Physically indexed and tagged
    using DataLine = reg::Field<19, 16, uint8_t>;
    using CleanNotNeeded = reg::Flag<28>;
    using InvalidateNotNeeded = reg::Flag<29>;

    static CacheType read() {
        uint64_t value;
        asm("mrs %0, ctr_el0" : "=r"(value));
        return CacheType{value};
    }
    [[nodiscard]] uint64_t data_line() const { return uint64_t{4} << get<DataLine>(); }
    [[nodiscard]] uint64_t instruction_line() const {
        return uint64_t{4} << get<InstructionLine>();
    }
};

// ESR_EL1.
enum class ExceptionClass : uint8_t {
    unknown = 0x00,
    wait_trapped = 0x01,
    floating_point_trapped = 0x07,
    illegal_state = 0x0e,
    svc64 = 0x15,
    system_register = 0x18,
    instruction_abort_lower = 0x20,
    instruction_abort_same = 0x21,
    pc_alignment = 0x22,
    data_abort_lower = 0x24,
    data_abort_same = 0x25,
    sp_alignment = 0x26,
    floating_point = 0x2c,
    system_error = 0x2f,
    breakpoint_lower = 0x30,
    step_lower = 0x32,
    watchpoint_lower = 0x34,
    brk = 0x3c,
};

struct Syndrome : reg::Word<Syndrome> {
    using Word::Word;
    using Class = reg::Field<31, 26, ExceptionClass>;
    using Immediate = reg::Field<15, 0, uint16_t>;
    using FarNotValid = reg::Flag<10>;
    using CacheMaintenance = reg::Flag<8>;
    using Write = reg::Flag<6>;
    using FaultStatus = reg::Field<5, 0, uint8_t>;

    static Syndrome read() {
        uint64_t value;
        asm volatile("mrs %0, esr_el1" : "=r"(value));
        return Syndrome{value};
    }
};

// MAIR_EL1 as the kernel fills it: attribute index n in byte n.
enum class MemoryIndex : uint8_t { normal = 0, uncached = 1, device = 2 };
constexpr uint64_t memory_attributes = 0xff | 0x44 << 8 | 0x04 << 16;

} // namespace arch
