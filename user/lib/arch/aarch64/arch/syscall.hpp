// SPDX-License-Identifier: BSD-2-Clause
// The trap instruction of AArch64 with its registers.
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
    register Word x0 asm("x0") = t.capability;
    register Word x1 asm("x1") = t.tag;
    register Word x2 asm("x2") = t.message[0];
    register Word x3 asm("x3") = t.message[1];
    register Word x4 asm("x4") = t.message[2];
    register Word x5 asm("x5") = t.message[3];
    register Word x6 asm("x6") = t.message[4];
    register Word x7 asm("x7") = t.message[5];
    register Word x8 asm("x8") = t.reply;
    register Word x9 asm("x9") = t.second;
    asm volatile(".if %c[begin] >= 0\n\t.inst 0xd280001f | (0x2c0 | %c[begin]) << 5\n\t.endif\n\t"
                 "svc %[form]\n\t"
                 ".if %c[end] >= 0\n\t.inst 0xd280001f | (0x2c0 | %c[end]) << 5\n\t.endif"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6), "+r"(x7),
                   "+r"(x8), "+r"(x9)
                 : [form] "i"(static_cast<unsigned>(form)), [begin] "i"(begin), [end] "i"(end)
                 : "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "cc", "memory");
    t.capability = x0;
    t.tag = x1;
    t.message[0] = x2;
    t.message[1] = x3;
    t.message[2] = x4;
    t.message[3] = x5;
    t.message[4] = x6;
    t.message[5] = x7;
}

} // namespace arch
