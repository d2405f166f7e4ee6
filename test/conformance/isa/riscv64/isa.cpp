// SPDX-License-Identifier: BSD-2-Clause
// RISC-V's part of the tests.
#include "../isa.hpp"

namespace conformance::isa {

const unsigned char increment_code[] = {0x13, 0x05, 0x15, 0x00,  // addi a0, a0, 1
                                        0x67, 0x80, 0x00, 0x00}; // ret
const size_t increment_size = sizeof increment_code;
// SYSTEM (CSRs, xRET, WFI, fences of address translation), FENCE, atomics, loads and stores.
const Pattern system_instructions[] = {{0x00000073, 0xffffff80}, {0x00000073, 0xfff00000},
                                       {0x12000073, 0x01ff8000}, {0x0000000f, 0xffffff80},
                                       {0x0000202f, 0xffffdf80}, {0x00000003, 0xffffff80}};
const size_t system_instruction_count =
    sizeof system_instructions / sizeof system_instructions[0];

void spare_emulator(volatile unsigned char*, size_t) {}

const Word undefined_size = 4;
const unsigned address_space_identifiers = 1 << 16;
const Word access_size = 4;

const Word breakpoint_size = 4;
void breakpoint_instruction() {
    asm volatile(".4byte 0x00100073" ::: "memory");
}

void undefined_instruction() {
    asm volatile(".word 0xffffffff" ::: "memory");
}

Word load(Word address) {
    Word value = 0;
    asm volatile(".option push\n\t.option norvc\n\tld %0, 0(%1)\n\t.option pop"
                 : "+&r"(value) : "r"(address) : "memory");
    return value;
}

void store(Word address, Word value) {
    asm volatile(".option push\n\t.option norvc\n\tsd %0, 0(%1)\n\t.option pop"
                 : : "r"(value), "r"(address) : "memory");
}

// OpenSBI emulates rdtime for everybody, so the cycle counter it is.
void read_counter() {
    asm volatile("rdcycle a0" ::: "a0");
}

const Word counter_size = 4;

Word read_cycles() {
    Word cycles;
    asm volatile("rdcycle %0" : "=r"(cycles)::"memory");
    return cycles;
}

Word stack_after_call(Word stack, CapIndex capability, Word& tag) {
    register Word a0 asm("a0") = capability;
    register Word a1 asm("a1") = tag;
    register Word t0 asm("t0") = static_cast<Word>(Syscall::call);
    register Word kept asm("s2");
    register Word moved asm("s3") = stack;
    asm volatile("mv %[kept], sp\n\tmv sp, %[moved]\n\tecall\n\tmv %[moved], sp\n\tmv sp, %[kept]"
                 : "+r"(a0), "+r"(a1), "+r"(t0), [kept] "=&r"(kept), [moved] "+r"(moved)
                 :
                 : "a2", "a3", "a4", "a5", "a6", "a7", "ra", "t1", "t2", "t3", "t4", "t5", "t6",
                   "memory");
    tag = a1;
    return moved;
}

const Entry privileged[] = {
    [](Word) { asm volatile("csrr a0, sstatus" ::: "a0"); },
    [](Word) { asm volatile("csrw satp, zero" ::: "memory"); },
    [](Word) { asm volatile("csrr a0, sscratch" ::: "a0"); },
    [](Word) { asm volatile("csrw stvec, zero" ::: "memory"); },
    [](Word) { asm volatile("csrr a0, mstatus" ::: "a0"); },
    [](Word) { asm volatile("sret" ::: "memory"); },
    [](Word) { asm volatile("mret" ::: "memory"); },
    [](Word) { asm volatile("sfence.vma" ::: "memory"); },
};
const size_t privileged_count = sizeof privileged / sizeof privileged[0];

void set_thread_word(Word value) {
    asm volatile("mv tp, %0" : : "r"(value));
}
Word thread_word() {
    Word value;
    asm volatile("mv %0, tp" : "=r"(value));
    return value;
}

} // namespace conformance::isa
