// SPDX-License-Identifier: BSD-2-Clause
// AArch64's part of the tests.
#include "../isa.hpp"

namespace conformance::isa {

const unsigned char increment_code[] = {0x00, 0x04, 0x00, 0x91,  // add x0, x0, #1
                                        0xc0, 0x03, 0x5f, 0xd6}; // ret
const size_t increment_size = sizeof increment_code;
// MSR, MRS and hints; exceptions; ERET and DRPS; exclusive and plain loads and stores.
const Pattern system_instructions[] = {{0xd5000000, 0x003fffff}, {0xd5380000, 0x0007ffff},
                                       {0xd5180000, 0x0007ffff}, {0xd4000000, 0x00ffffff},
                                       {0xd69f03e0, 0x0020fc1f}, {0x08000000, 0xf7ffffff}};
const size_t system_instruction_count =
    sizeof system_instructions / sizeof system_instructions[0];

void spare_emulator(volatile unsigned char*, size_t) {}

const Word undefined_size = 4;
const unsigned address_space_identifiers = 1 << 16;
const Word access_size = 4;

const Word breakpoint_size = 4;
void breakpoint_instruction() {
    asm volatile("brk #3" ::: "memory");
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
    asm volatile("mrs x0, cntvct_el0" ::: "x0");
}

const Word counter_size = 4;

Word read_cycles() {
    Word cycles;
    asm volatile("mrs %0, pmccntr_el0" : "=r"(cycles)::"memory");
    return cycles;
}

Word stack_after_call(Word stack, CapIndex capability, Word& tag) {
    register Word x0 asm("x0") = capability;
    register Word x1 asm("x1") = tag;
    register Word kept asm("x20");
    register Word moved asm("x21") = stack;
    asm volatile("mov %[kept], sp\n\tmov sp, %[moved]\n\tsvc %[call]\n\t"
                 "mov %[moved], sp\n\tmov sp, %[kept]"
                 : "+r"(x0), "+r"(x1), [kept] "=&r"(kept), [moved] "+r"(moved)
                 : [call] "i"(static_cast<unsigned>(Syscall::call))
                 : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                   "x14", "x15", "x16", "x17", "x18", "cc", "memory");
    tag = x1;
    return moved;
}

const Entry privileged[] = {
    [](Word) { asm volatile("msr daifset, #15" ::: "memory"); },
    [](Word) { asm volatile("mrs x0, sctlr_el1" ::: "x0"); },
    [](Word) { asm volatile("msr ttbr0_el1, xzr" ::: "memory"); },
    [](Word) { asm volatile("msr vbar_el1, xzr" ::: "memory"); },
    [](Word) { asm volatile("tlbi vmalle1" ::: "memory"); },
    [](Word) { asm volatile("eret" ::: "memory"); },
    [](Word) { asm volatile("hvc #0" ::: "memory"); },
    [](Word) { asm volatile("smc #0" ::: "memory"); },
    [](Word) { asm volatile("hlt #0xf000" ::: "memory"); },
    [](Word) { asm volatile("mrs x0, tpidr_el1" ::: "x0"); },
};
const size_t privileged_count = sizeof privileged / sizeof privileged[0];

void set_thread_word(Word value) {
    asm volatile("msr tpidr_el0, %0" : : "r"(value));
}
Word thread_word() {
    Word value;
    asm volatile("mrs %0, tpidr_el0" : "=r"(value));
    return value;
}

} // namespace conformance::isa
