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

extern "C" Word isa_changed_callee_saved(Word seed, CapIndex capability);
extern "C" Word isa_uncleared(Word seed, CapIndex capability);
extern "C" Word isa_spin(Word seed, Word rounds);
extern "C" void isa_fill_fpu(Word seed);
extern "C" Word isa_changed_fpu(Word seed);

asm(R"(
    .pushsection .text.isa, "ax"
    .fpu neon
    .globl isa_changed_callee_saved
    .type isa_changed_callee_saved, %function
isa_changed_callee_saved:
    push {r0, r4-r11, lr}
    mov r2, r1
    mov r1, r0
    .irp r, r6, r7, r8, r9, r10, r11, lr
    add r1, r1, #1
    mov \r, r1
    .endr
    mov r0, r2
    mov r1, #0
    mov r12, #3
    svc #0
    ldr r1, [sp]
    mov r0, #0
    .irp r, r6, r7, r8, r9, r10, r11, lr
    add r1, r1, #1
    cmp r1, \r
    addne r0, r0, #1
    .endr
    add sp, sp, #4
    pop {r4-r11, pc}
    .globl isa_uncleared
    .type isa_uncleared, %function
isa_uncleared:
    push {r4-r11, lr}
    mov r0, r1
    mov r1, #0
    mov r12, #3
    svc #0
    cmp r12, #0
    movne r0, #1
    moveq r0, #0
    pop {r4-r11, pc}
    .globl isa_spin
    .type isa_spin, %function
isa_spin:
    push {r0, r4-r11, lr}
    .irp r, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, lr
    add r0, r0, #1
    mov \r, r0
    .endr
1:  subs r1, r1, #1
    bne 1b
    ldr r1, [sp]
    mov r0, #0
    .irp r, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, lr
    add r1, r1, #1
    cmp r1, \r
    addne r0, r0, #1
    .endr
    add sp, sp, #4
    pop {r4-r11, pc}
    .globl isa_fill_fpu
    .type isa_fill_fpu, %function
isa_fill_fpu:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add r1, r0, #\n
    vmov d\n, r1, r0
    .endr
    bx lr
    .globl isa_changed_fpu
    .type isa_changed_fpu, %function
isa_changed_fpu:
    push {r4, lr}
    mov r4, #0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add r1, r0, #\n
    vmov r2, r3, d\n
    cmp r1, r2
    addne r4, r4, #1
    cmp r0, r3
    addne r4, r4, #1
    .endr
    mov r0, r4
    pop {r4, pc}
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
