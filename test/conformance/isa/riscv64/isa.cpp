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

extern "C" Word isa_changed_callee_saved(Word seed, CapIndex capability);
extern "C" Word isa_uncleared(Word seed, CapIndex capability);
extern "C" Word isa_spin(Word seed, Word rounds);
extern "C" void isa_fill_fpu(Word seed);
extern "C" Word isa_changed_fpu(Word seed);

asm(R"(
    .pushsection .text.isa, "ax"
    .option push
    .option arch, +d
    .macro save
    addi sp, sp, -128
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
    sd gp, 104(sp)
    sd tp, 112(sp)
    sd a0, 120(sp)
    .endm
    .macro restore
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
    ld gp, 104(sp)
    ld tp, 112(sp)
    addi sp, sp, 128
    ret
    .endm
    .macro check register
    addi a1, a1, 1
    beq a1, \register, 9f
    addi a0, a0, 1
9:
    .endm
    .globl isa_changed_callee_saved
    .type isa_changed_callee_saved, @function
isa_changed_callee_saved:
    save
    mv a2, a1
    mv a1, a0
    .irp r, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, gp, tp
    addi a1, a1, 1
    mv \r, a1
    .endr
    mv a0, a2
    li a1, 0
    li t0, 3
    ecall
    ld a1, 120(sp)
    li a0, 0
    .irp r, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, gp, tp
    check \r
    .endr
    restore
    .globl isa_uncleared
    .type isa_uncleared, @function
isa_uncleared:
    save
    .irp r, ra, t1, t2, t3, t4, t5, t6
    mv \r, a0
    .endr
    mv a0, a1
    li a1, 0
    li t0, 3
    ecall
    li a0, 0
    .irp r, ra, t0, t1, t2, t3, t4, t5, t6
    beqz \r, 9f
    addi a0, a0, 1
9:
    .endr
    restore
    .globl isa_spin
    .type isa_spin, @function
isa_spin:
    save
    mv a2, a0
    .irp r, ra, gp, tp, t0, t1, t2, s0, s1, a3, a4, a5, a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
    addi a2, a2, 1
    mv \r, a2
    .endr
1:  addi a1, a1, -1
    bnez a1, 1b
    ld a1, 120(sp)
    li a0, 0
    .irp r, ra, gp, tp, t0, t1, t2, s0, s1, a3, a4, a5, a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
    check \r
    .endr
    restore
    .globl isa_fill_fpu
    .type isa_fill_fpu, @function
isa_fill_fpu:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    addi a1, a0, \n
    fmv.d.x f\n, a1
    .endr
    ret
    .globl isa_changed_fpu
    .type isa_changed_fpu, @function
isa_changed_fpu:
    li a3, 0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    addi a1, a0, \n
    fmv.x.d a2, f\n
    beq a1, a2, 9f
    addi a3, a3, 1
9:
    .endr
    mv a0, a3
    ret
    .option pop
    .popsection
)");

Word changed_callee_saved(Word seed, CapIndex capability) {
    return isa_changed_callee_saved(seed, capability);
}
Word uncleared(Word seed, CapIndex capability) {
    return isa_uncleared(seed, capability);
}
Word changed_while_spinning(Word seed, Word rounds) {
    return isa_spin(seed, rounds);
}
void fill_fpu(Word seed) {
    isa_fill_fpu(seed);
}
Word changed_fpu(Word seed) {
    return isa_changed_fpu(seed);
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
