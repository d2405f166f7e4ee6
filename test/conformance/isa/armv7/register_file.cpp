// SPDX-License-Identifier: BSD-2-Clause
// ARMv7-A's system calls with all registers as wished.
#include "../register_file.hpp"

namespace conformance::isa {

using enum Role;

// r0-r12 and lr.
const Role roles[] = {capability, tag,       message,   message,   message, message,  preserved,
                      preserved,  preserved, preserved, preserved, preserved, cleared, preserved};
const unsigned register_count = sizeof roles / sizeof roles[0];
const Word trap_size = 4;
const Word touch_size = 4;
const unsigned counting_place = 1;
const uint8_t message_places[] = {2, 3, 4, 5};
const Word flags_mask = 0xf80f0000; // N, Z, C, V, Q, GE
const Role flags_role = preserved;
const unsigned fpu_words = 65; // d0-d31, FPSCR

// The file's address lies on the stack meanwhile. The flags are at 4 * 31. Loading PC takes the
// state from bit 0 (Arm ARM A8.8.63); only Thumb state has a loop that leaves the flags alone.
asm(R"(
    .pushsection .text.isa, "ax"
    .syntax unified
    .arm
    .fpu neon
    .macro save_and_load
    push {r0, r4-r11, lr}
    ldr lr, [r0, #4 * 31]
    msr apsr_nzcvqg, lr
    ldr lr, [r0, #52]
    ldmia r0, {r0-r12}
    .endm
    .macro store_and_restore
    push {r0, r1}
    ldr r0, [sp, #8]
    add r1, r0, #8
    stmia r1, {r2-r12, lr}
    mrs r1, apsr
    str r1, [r0, #4 * 31]
    pop {r2, r3}
    stmia r0, {r2, r3}
    pop {r0, r4-r11, pc}
    .endm
    .globl trap_with
    .type trap_with, %function
trap_with:
    save_and_load
    svc #0
    store_and_restore
    .globl undefined_with
    .type undefined_with, %function
undefined_with:
    save_and_load
    .inst 0xe7f000f0
    store_and_restore
    .globl spin_with
    .type spin_with, %function
spin_with:
    save_and_load
    ldr pc, 3f
    .thumb
1:  cbz r1, 2f
    sub.w r1, r1, #1
    b 1b
    .balign 4
2:  ldr.w pc, 4f
    .arm
    .balign 4
3:  .word 1b + 1
4:  .word 5f
5:  store_and_restore
    .globl touch_fpu
    .type touch_fpu, %function
touch_fpu:
    vmov d0, d0
    bx lr
    .popsection
)");

unsigned number_of(unsigned place) {
    return 3 + place;
}

void set_form(RegisterFile& file, Syscall form, CapIndex reply, CapIndex second) {
    file.word[6] = reply;
    file.word[7] = second;
    file.word[12] = static_cast<Word>(form);
}

bool is_hardware_value(Word, const RegisterFile&) {
    return false;
}

void make_valid(FpuFile& file) {
    file.word[64] &= 0xffc0009f; // without vector length, stride and trapped exceptions
}

FpuFile new_fpu() {
    return {};
}

void load_fpu(const FpuFile& file) {
    const Word* from = file.word;
    asm volatile(".fpu neon\n\tvldmia %0!, {d0-d15}\n\tvldmia %0, {d16-d31}\n\tvmsr fpscr, %1"
                 : "+&r"(from) : "r"(file.word[64]) : "memory");
}

void store_fpu(FpuFile& file) {
    Word* to = file.word;
    asm volatile(".fpu neon\n\tvstmia %0!, {d0-d15}\n\tvstmia %0, {d16-d31}\n\tvmrs %1, fpscr"
                 : "+&r"(to), "=&r"(file.word[64]) : : "memory");
}

} // namespace conformance::isa
