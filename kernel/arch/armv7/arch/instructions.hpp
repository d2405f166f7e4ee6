// SPDX-License-Identifier: BSD-2-Clause
// System registers and barriers of ARMv7-A with LPAE (Arm ARM DDI 0406C B4.1).
#pragma once

#include <stdint.h>

namespace arch {

/// A coprocessor 15 register of 32 bits: CRn, opc1, CRm, opc2.
template <unsigned Crn, unsigned Opc1, unsigned Crm, unsigned Opc2>
struct Cp15 {
    [[gnu::always_inline]] static uint32_t read() {
        uint32_t value;
        asm volatile("mrc p15, %1, %0, c%c2, c%c3, %4"
                     : "=r"(value) : "i"(Opc1), "i"(Crn), "i"(Crm), "i"(Opc2));
        return value;
    }
    [[gnu::always_inline]] static void write(uint32_t value) {
        asm volatile("mcr p15, %1, %0, c%c2, c%c3, %4"
                     : : "r"(value), "i"(Opc1), "i"(Crn), "i"(Crm), "i"(Opc2) : "memory");
    }
};

/// One of 64 bits: opc1, CRm.
template <unsigned Opc1, unsigned Crm>
struct Cp15Wide {
    [[gnu::always_inline]] static uint64_t read() {
        uint32_t low, high; // not one of 64 bits, for which GCC wants a pair of registers
        asm volatile("mrrc p15, %2, %0, %1, c%c3" : "=r"(low), "=r"(high) : "i"(Opc1), "i"(Crm));
        return uint64_t{high} << 32 | low;
    }
    [[gnu::always_inline]] static void write(uint64_t value) {
        asm volatile("mcrr p15, %1, %Q0, %R0, c%c2"
                     : : "r"(value), "i"(Opc1), "i"(Crm) : "memory");
    }
};

namespace cp15 {

using CacheType = Cp15<0, 0, 0, 1>;          // CTR
using Mpidr = Cp15<0, 0, 0, 5>;
using Sctlr = Cp15<1, 0, 0, 0>;
using Cpacr = Cp15<1, 0, 0, 2>;
using Ttbr0 = Cp15Wide<0, 2>;
using Ttbr1 = Cp15Wide<1, 2>;
using Ttbcr = Cp15<2, 0, 0, 2>;
using DataFaultStatus = Cp15<5, 0, 0, 0>;
using InstructionFaultStatus = Cp15<5, 0, 0, 1>;
using DataFaultAddress = Cp15<6, 0, 0, 0>;
using InstructionFaultAddress = Cp15<6, 0, 0, 2>;
using CacheSize = Cp15<0, 1, 0, 0>;          // CCSIDR
using CacheSelect = Cp15<0, 2, 0, 0>;        // CSSELR
using CleanInvalidateSetWay = Cp15<7, 0, 14, 2>;       // DCCISW
using InvalidateInstructionsInner = Cp15<7, 0, 1, 0>;  // ICIALLUIS
using InvalidateBranchesInner = Cp15<7, 0, 1, 6>;      // BPIALLIS
using InvalidateInstructionLine = Cp15<7, 0, 5, 1>;    // ICIMVAU
using CleanLine = Cp15<7, 0, 10, 1>;                   // DCCMVAC
using CleanLineToUnification = Cp15<7, 0, 11, 1>;      // DCCMVAU
using CleanInvalidateLine = Cp15<7, 0, 14, 1>;         // DCCIMVAC
using TlbInvalidateAll = Cp15<8, 0, 7, 0>;
using TlbInvalidatePageInner = Cp15<8, 0, 3, 1>;       // TLBIMVAIS: address and ASID
using TlbInvalidateAsidInner = Cp15<8, 0, 3, 2>;       // TLBIASIDIS
using VectorBase = Cp15<12, 0, 0, 0>;
using InterruptStatus = Cp15<12, 0, 1, 0>;             // ISR
using ThreadPointer = Cp15<13, 0, 0, 2>;               // TPIDRURW
using CpuPointer = Cp15<13, 0, 0, 4>;                  // TPIDRPRW
using TimerFrequency = Cp15<14, 0, 0, 0>;
using TimerKernelControl = Cp15<14, 0, 1, 0>;          // CNTKCTL
using VirtualTimerControl = Cp15<14, 0, 3, 1>;
using VirtualCount = Cp15Wide<1, 14>;
using VirtualTimerCompare = Cp15Wide<3, 14>;
using PerformanceControl = Cp15<9, 0, 12, 0>;
using CounterEnable = Cp15<9, 0, 12, 1>;
using PerformanceUserEnable = Cp15<9, 0, 14, 0>;

} // namespace cp15

[[gnu::always_inline]] inline void isb() { asm volatile("isb" ::: "memory"); }
[[gnu::always_inline]] inline void dsb() { asm volatile("dsb" ::: "memory"); }
/// Stores, within the cores that share memory: what a table walker must see.
[[gnu::always_inline]] inline void dsb_stores() { asm volatile("dsb ishst" ::: "memory"); }
[[gnu::always_inline]] inline void dsb_inner() { asm volatile("dsb ish" ::: "memory"); }

} // namespace arch
