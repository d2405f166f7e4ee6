// SPDX-License-Identifier: BSD-2-Clause
// The trap instruction of RISC-V with its registers.
#pragma once

#include <cobnut/abi/syscall.hpp>

namespace arch {

using cobnut::Word;

inline constexpr unsigned message_registers = 6;

/// The registers of a system call, before and after it.
struct Trap {
    Word capability = 0; ///< Afterwards: badge.
    Word tag = 0;
    Word message[message_registers] = {};
    Word reply = 0;
    Word second = 0;
};

/// `begin` and `end`: codes of the marks that tools/cost_meter.cpp knows; negative: none.
template <cobnut::Syscall form, int begin = -1, int end = -1>
[[gnu::always_inline]] inline void trap(Trap& t) {
    register Word a0 asm("a0") = t.capability;
    register Word a1 asm("a1") = t.tag;
    register Word a2 asm("a2") = t.message[0];
    register Word a3 asm("a3") = t.message[1];
    register Word a4 asm("a4") = t.message[2];
    register Word a5 asm("a5") = t.message[3];
    register Word a6 asm("a6") = t.message[4];
    register Word a7 asm("a7") = t.message[5];
    register Word t0 asm("t0") = static_cast<Word>(form);
    register Word t1 asm("t1") = t.reply;
    register Word t2 asm("t2") = t.second;
    asm volatile(".if %[begin] >= 0\n\tslti x0, x0, 0x2c0 + %[begin]\n\t.endif\n\t"
                 "ecall\n\t"
                 ".if %[end] >= 0\n\tslti x0, x0, 0x2c0 + %[end]\n\t.endif"
                 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6), "+r"(a7),
                   "+r"(t0), "+r"(t1), "+r"(t2)
                 : [begin] "i"(begin), [end] "i"(end)
                 : "ra", "t3", "t4", "t5", "t6", "memory");
    t.capability = a0;
    t.tag = a1;
    t.message[0] = a2;
    t.message[1] = a3;
    t.message[2] = a4;
    t.message[3] = a5;
    t.message[4] = a6;
    t.message[5] = a7;
}

} // namespace arch
