// SPDX-License-Identifier: BSD-2-Clause
// The trap instruction of ARMv7-A with its registers.
#pragma once

#include <cobnut/abi/syscall.hpp>

namespace arch {

using cobnut::Word;

inline constexpr unsigned message_registers = 4;

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
    register Word r0 asm("r0") = t.capability;
    register Word r1 asm("r1") = t.tag;
    register Word r2 asm("r2") = t.message[0];
    register Word r3 asm("r3") = t.message[1];
    register Word r4 asm("r4") = t.message[2];
    register Word r5 asm("r5") = t.message[3];
    register Word r6 asm("r6") = t.reply;
    register Word r7 asm("r7") = t.second;
    register Word r12 asm("r12") = static_cast<Word>(form);
    asm volatile(".if %c[begin] >= 0\n\tdbg #(%c[begin] & 15)\n\t.endif\n\t"
                 "svc #0\n\t"
                 ".if %c[end] >= 0\n\tdbg #(%c[end] & 15)\n\t.endif"
                 : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r12)
                 : "r"(r6), "r"(r7), [begin] "i"(begin), [end] "i"(end)
                 : "lr", "cc", "memory");
    t.capability = r0;
    t.tag = r1;
    t.message[0] = r2;
    t.message[1] = r3;
    t.message[2] = r4;
    t.message[3] = r5;
}

} // namespace arch
