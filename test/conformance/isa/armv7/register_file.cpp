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
const uint8_t message_places[] = {2, 3, 4, 5};

extern "C" void isa_trap_with(RegisterFile& file);
extern "C" void isa_undefined_with(RegisterFile& file);

// The file's address lies on the stack meanwhile.
asm(R"(
    .pushsection .text.isa, "ax"
    .syntax unified
    .arm
    .macro save_and_load
    push {r0, r4-r11, lr}
    ldr lr, [r0, #52]
    ldmia r0, {r0-r12}
    .endm
    .macro store_and_restore
    push {r0, r1}
    ldr r0, [sp, #8]
    add r1, r0, #8
    stmia r1, {r2-r12, lr}
    pop {r2, r3}
    stmia r0, {r2, r3}
    pop {r0, r4-r11, pc}
    .endm
    .globl isa_trap_with
    .type isa_trap_with, %function
isa_trap_with:
    save_and_load
    svc #0
    store_and_restore
    .globl isa_undefined_with
    .type isa_undefined_with, %function
isa_undefined_with:
    save_and_load
    .inst 0xe7f000f0
    store_and_restore
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

void trap(RegisterFile& file, Syscall) {
    isa_trap_with(file);
}

void undefined_with(RegisterFile& file) {
    isa_undefined_with(file);
}

bool is_hardware_value(Word) {
    return false;
}

} // namespace conformance::isa
