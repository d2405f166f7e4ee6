// SPDX-License-Identifier: BSD-2-Clause
// x86-64's part of the tests.
#include "../isa.hpp"

namespace conformance::isa {

const unsigned char increment_code[] = {0x48, 0x8d, 0x47, 0x01, 0xc3}; // lea 1(%rdi), %rax; ret
const size_t increment_size = sizeof increment_code;
// Bytes of the first word: two-byte opcodes (with SGDT to XSETBV, SYSCALL, MOV CR/DR, MSRs, state
// saves), FS and GS base, INT n, far jumps, segments, flags, ports, HLT and its neighbours.
const Pattern system_instructions[] = {
    {0x0000000f, 0xffffff00}, {0x0000010f, 0xffff0000}, {0x0000050f, 0xffff0300},
    {0x0000200f, 0xffff0300}, {0x0000300f, 0xffff0700}, {0x0000ae0f, 0xffff0000},
    {0x00ae0ff3, 0xff000000}, {0x000000cd, 0xffffff00}, {0x000000ff, 0xffffff00},
    {0x0000008e, 0xffffff00}, {0x000000ca, 0xffffff07}, {0x0000009c, 0xffffff03},
    {0x000000e4, 0xffffff0b}, {0x000000f0, 0xffffff0f}, {0x0000006c, 0xffffff03}};
const size_t system_instruction_count =
    sizeof system_instructions / sizeof system_instructions[0];

// QEMU 10.0 lets MOV load CS (register 1), LDTR and TR (6 and 7), where the CPU has #UD (SDM volume
// 2, MOV); the next exception then ends the emulator or looks like one of the kernel.
void spare_emulator(volatile unsigned char* code, size_t size) {
    for (size_t at = 0; at + 1 < size; ++at) {
        const unsigned segment = code[at + 1] >> 3 & 7;
        if (code[at] == 0x8e && (segment == 1 || segment >= 6))
            code[at] = 0x90;
    }
}

const Word undefined_size = 2;
const unsigned address_space_identifiers = 1 << 12;
const Word access_size = 3;

const Word breakpoint_size = 0;
void breakpoint_instruction() {
    asm volatile("int3" ::: "memory");
}

void undefined_instruction() {
    asm volatile("ud2" ::: "memory");
}

Word load(Word address) {
    Word value = 0;
    asm volatile("movq (%1), %0" : "+&a"(value) : "S"(address) : "memory");
    return value;
}

void store(Word address, Word value) {
    asm volatile("movq %0, (%1)" : : "a"(value), "S"(address) : "memory");
}

void read_counter() {
    asm volatile("rdtsc" ::: "rax", "rdx");
}

const Word counter_size = 3;

Word read_cycles() {
    uint32_t low, high;
    asm volatile("rdtscp" : "=a"(low), "=d"(high)::"rcx", "memory");
    return Word{high} << 32 | low;
}

Word stack_after_call(Word stack, CapIndex capability, Word& tag) {
    Word rdi = capability, rsi = tag, rax = static_cast<Word>(Syscall::call);
    register Word kept asm("r13");
    register Word moved asm("r14") = stack;
    asm volatile("movq %%rsp, %[kept]\n\tmovq %[moved], %%rsp\n\tsyscall\n\t"
                 "movq %%rsp, %[moved]\n\tmovq %[kept], %%rsp"
                 : "+D"(rdi), "+S"(rsi), "+a"(rax), [kept] "=&r"(kept), [moved] "+r"(moved)
                 :
                 : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "cc", "memory");
    tag = rsi;
    return moved;
}

const Entry privileged[] = {
    [](Word) { asm volatile("cli" ::: "memory"); },
    [](Word) { asm volatile("hlt" ::: "memory"); },
    [](Word) { asm volatile("movq %%cr3, %%rax" ::: "rax"); },
    [](Word) { asm volatile("movq %%rax, %%cr0" ::: "memory"); },
    [](Word) { asm volatile("wrmsr" ::: "memory"); },
    [](Word) { asm volatile("inb $0x61, %%al" ::: "rax"); },
    [](Word) { asm volatile("lgdt (%%rsp)" ::: "memory"); },
    [](Word) { asm volatile("swapgs" ::: "memory"); },
    [](Word) { asm volatile("sysretq" ::: "memory"); },
    [](Word) { asm volatile("int $14" ::: "memory"); },
    [](Word) { asm volatile("invlpg (%%rsp)" ::: "memory"); },
};
const size_t privileged_count = sizeof privileged / sizeof privileged[0];

void set_thread_word(Word value) {
    asm volatile("wrfsbase %0" : : "r"(value));
}
Word thread_word() {
    Word value;
    asm volatile("rdfsbase %0" : "=r"(value));
    return value;
}

} // namespace conformance::isa
