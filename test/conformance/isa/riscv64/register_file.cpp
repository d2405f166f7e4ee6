// SPDX-License-Identifier: BSD-2-Clause
// RISC-V's system calls with all registers as wished.
#include "../register_file.hpp"

namespace conformance::isa {

using enum Role;

// x1, then x3 to x31.
const Role roles[] = {
    cleared,   preserved, preserved, cleared,   cleared,   cleared,   preserved, preserved,
    capability, tag,      message,   message,   message,   message,   message,   message,
    preserved, preserved, preserved, preserved, preserved, preserved, preserved, preserved,
    preserved, preserved, cleared,   cleared,   cleared,   cleared};
const unsigned register_count = sizeof roles / sizeof roles[0];
const Word trap_size = 4;
const uint8_t message_places[] = {10, 11, 12, 13, 14, 15};

extern "C" void isa_trap_with(RegisterFile& file);
extern "C" void isa_undefined_with(RegisterFile& file);

// The file's address lies on the stack meanwhile. x3 is at offset 8, x10 (a0) at 64.
asm(R"(
    .pushsection .text.isa, "ax"
    .macro save_and_load
    addi sp, sp, -160
    sd x1, 0(sp)
    .irp n, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    .if \n < 10
    sd x\n, 8 * (\n - 2)(sp)
    .else
    sd x\n, 8 * (\n - 10)(sp)
    .endif
    .endr
    sd a0, 152(sp)
    ld x1, 0(a0)
    .irp n, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld x\n, 8 * (\n - 2)(a0)
    .endr
    ld a0, 64(a0)
    .endm
    .macro store_and_restore
    sd a0, 144(sp)
    ld a0, 152(sp)
    sd x1, 0(a0)
    .irp n, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd x\n, 8 * (\n - 2)(a0)
    .endr
    ld t0, 144(sp)
    sd t0, 64(a0)
    ld x1, 0(sp)
    .irp n, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    .if \n < 10
    ld x\n, 8 * (\n - 2)(sp)
    .else
    ld x\n, 8 * (\n - 10)(sp)
    .endif
    .endr
    addi sp, sp, 160
    ret
    .endm
    .globl isa_trap_with
    .type isa_trap_with, @function
isa_trap_with:
    save_and_load
    ecall
    store_and_restore
    .globl isa_undefined_with
    .type isa_undefined_with, @function
isa_undefined_with:
    save_and_load
    .word 0xffffffff
    store_and_restore
    .popsection
)");

unsigned number_of(unsigned place) {
    return place == 0 ? 3 : 4 + place;
}

void set_form(RegisterFile& file, Syscall form, CapIndex reply, CapIndex second) {
    file.word[3] = static_cast<Word>(form);
    file.word[4] = reply;
    file.word[5] = second;
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
