// SPDX-License-Identifier: BSD-2-Clause
// The trap instruction of x86-64 with its registers.
#pragma once

#include <cobnut/abi/syscall.hpp>

namespace arch {

using cobnut::Word;

inline constexpr unsigned message_registers = 5;

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
    Word rdi = t.capability;
    Word rsi = t.tag;
    Word rdx = t.message[0];
    register Word r8 asm("r8") = t.message[1];
    register Word r9 asm("r9") = t.message[2];
    register Word r10 asm("r10") = t.message[3];
    Word rbx = t.message[4];
    Word rax = t.reply << 8 | static_cast<Word>(form);
    register Word r12 asm("r12") = t.second;
    asm volatile(".if %c[begin] >= 0\n\t.byte 0x0f, 0x1f, 0x80\n\t.long 0x5c0002c0 + %c[begin]\n\t"
                 ".endif\n\t"
                 "syscall\n\t"
                 ".if %c[end] >= 0\n\t.byte 0x0f, 0x1f, 0x80\n\t.long 0x5c0002c0 + %c[end]\n\t"
                 ".endif"
                 : "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r8), "+r"(r9), "+r"(r10), "+b"(rbx),
                   "+a"(rax)
                 : "r"(r12), [begin] "i"(begin), [end] "i"(end)
                 : "rcx", "r11", "cc", "memory");
    t.capability = rdi;
    t.tag = rsi;
    t.message[0] = rdx;
    t.message[1] = r8;
    t.message[2] = r9;
    t.message[3] = r10;
    t.message[4] = rbx;
}

} // namespace arch
