// SPDX-License-Identifier: BSD-2-Clause
// ARMv7-A's part of the tests.
#include "../isa.hpp"

namespace conformance::isa {

const unsigned char increment_code[] = {0x01, 0x00, 0x80, 0xe2,  // add r0, r0, #1
                                        0x1e, 0xff, 0x2f, 0xe1}; // bx lr
const size_t increment_size = sizeof increment_code;
// Coprocessor 15 and the others; MSR, MRS; CPS, SETEND; SMC and HVC; RFE and SRS; SVC; LDM with ^.
const Pattern system_instructions[] = {{0xee000f10, 0x00fff0ef}, {0xee000010, 0x00ffffef},
                                       {0xe10f0000, 0x0060f3ff}, {0xe120f000, 0x004f0fff},
                                       {0xf1000000, 0x000fffff}, {0xe1400070, 0x002fff0f},
                                       {0xf8000000, 0x01ffffff}, {0xef000000, 0x00ffffff},
                                       {0xe8500000, 0x012fffff}};
const size_t system_instruction_count =
    sizeof system_instructions / sizeof system_instructions[0];

void spare_emulator(volatile unsigned char*, size_t) {}

const Word undefined_size = 4;
const unsigned address_space_identifiers = 1 << 8;
const Word access_size = 4;

const Word breakpoint_size = 4;
void breakpoint_instruction() {
    asm volatile("bkpt #3" ::: "memory");
}

void undefined_instruction() {
    asm volatile("udf #7" ::: "memory");
}

Word load(Word address) {
    Word value = 0;
    asm volatile("ldr %0, [%1]" : "+&r"(value) : "r"(address) : "memory");
    return value;
}

void store(Word address, Word value) {
    asm volatile("str %0, [%1]" : : "r"(value), "r"(address) : "memory");
}

void read_counter() {
    asm volatile("mrrc p15, 1, r0, r1, c14" ::: "r0", "r1");
}

const Word counter_size = 4;

Word read_cycles() {
    Word cycles;
    asm volatile("mrc p15, 0, %0, c9, c13, 0" : "=r"(cycles)::"memory");
    return cycles;
}

Word stack_after_call(Word stack, CapIndex capability, Word& tag) {
    register Word r0 asm("r0") = capability;
    register Word r1 asm("r1") = tag;
    register Word r12 asm("r12") = static_cast<Word>(Syscall::call);
    register Word kept asm("r8");
    register Word moved asm("r9") = stack;
    asm volatile("mov %[kept], sp\n\tmov sp, %[moved]\n\tsvc #0\n\tmov %[moved], sp\n\tmov sp, %[kept]"
                 : "+r"(r0), "+r"(r1), "+r"(r12), [kept] "=&r"(kept), [moved] "+r"(moved)
                 :
                 : "r2", "r3", "r4", "r5", "lr", "cc", "memory");
    tag = r1;
    return moved;
}

const Entry privileged[] = {
    [](Word) { asm volatile("mrc p15, 0, r0, c1, c0, 0" ::: "r0"); },
    [](Word) { asm volatile("mcr p15, 0, r0, c8, c7, 0" ::: "memory"); },
    [](Word) { asm volatile("mcr p15, 0, r0, c12, c0, 0" ::: "memory"); },
    [](Word) { asm volatile(".arch_extension sec\n\tsmc #0" ::: "memory"); },
    [](Word) { asm volatile(".arch_extension virt\n\thvc #0" ::: "memory"); },
    [](Word) { asm volatile("mrc p15, 0, r0, c13, c0, 4" ::: "r0"); },
    [](Word) { asm volatile("mcrr p15, 0, r0, r1, c2" ::: "memory"); },
};
const size_t privileged_count = sizeof privileged / sizeof privileged[0];

void set_thread_word(Word value) {
    asm volatile("mcr p15, 0, %0, c13, c0, 2" : : "r"(value));
}
Word thread_word() {
    Word value;
    asm volatile("mrc p15, 0, %0, c13, c0, 2" : "=r"(value));
    return value;
}

} // namespace conformance::isa
