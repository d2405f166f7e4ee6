// SPDX-License-Identifier: BSD-2-Clause
// AArch64's system calls with all registers as wished.
#include "../register_file.hpp"

namespace conformance::isa {

using enum Role;

const Role roles[] = {
    capability, tag,       message,   message,   message,   message,   message,   message,
    cleared,    cleared,   cleared,   cleared,   cleared,   cleared,   cleared,   cleared,
    cleared,    cleared,   cleared,   preserved, preserved, preserved, preserved, preserved,
    preserved,  preserved, preserved, preserved, preserved, preserved, preserved};
const unsigned register_count = sizeof roles / sizeof roles[0];
const Word trap_size = 4;
const uint8_t message_places[] = {2, 3, 4, 5, 6, 7};

extern "C" void isa_trap_with(RegisterFile& file, Word form);
extern "C" void isa_undefined_with(RegisterFile& file);

// The file's address lies on the stack meanwhile.
asm(R"(
    .pushsection .text.isa, "ax"
    .macro save_and_load
    stp x29, x30, [sp, #-112]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    str x0, [sp, #96]
    .irp n, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
    ldr x\n, [x0, #8 * \n]
    .endr
    .irp n, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 30, 1
    ldr x\n, [x0, #8 * \n]
    .endr
    ldr x0, [x0]
    .endm
    .macro store_and_restore
    stp x0, x1, [sp, #-16]!
    ldr x0, [sp, #112]
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    str x\n, [x0, #8 * \n]
    .endr
    ldp x2, x3, [sp], #16
    stp x2, x3, [x0]
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #112
    ret
    .endm
    .globl isa_trap_with
    .type isa_trap_with, %function
isa_trap_with:
    .irp form, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    cmp x1, #\form
    b.ne 1f
    save_and_load
    svc #\form
    store_and_restore
1:
    .endr
    ret
    .globl isa_undefined_with
    .type isa_undefined_with, %function
isa_undefined_with:
    save_and_load
    udf #7
    store_and_restore
    .popsection
)");

unsigned number_of(unsigned place) {
    return 3 + place;
}

void set_form(RegisterFile& file, Syscall, CapIndex reply, CapIndex second) {
    file.word[8] = reply;
    file.word[9] = second;
}

void trap(RegisterFile& file, Syscall form) {
    isa_trap_with(file, static_cast<Word>(form));
}

void undefined_with(RegisterFile& file) {
    isa_undefined_with(file);
}

bool is_hardware_value(Word) {
    return false;
}

} // namespace conformance::isa
