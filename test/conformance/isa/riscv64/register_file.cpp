// SPDX-License-Identifier: BSD-2-Clause
// RISC-V's system calls with all registers as wished.
#include "../register_file.hpp"

namespace conformance::isa {

using enum Role;

// x1, then x3 to x31.
const Role roles[] = {
    hardware,  preserved, preserved, cleared,   cleared,   cleared,   preserved, preserved,
    capability, tag,      message,   message,   message,   message,   message,   message,
    preserved, preserved, preserved, preserved, preserved, preserved, preserved, preserved,
    preserved, preserved, cleared,   cleared,   cleared,   cleared};
const unsigned register_count = sizeof roles / sizeof roles[0];
const Word trap_size = 4;
const Word touch_size = 4;
const unsigned counting_place = 9;
const uint8_t message_places[] = {10, 11, 12, 13, 14, 15};

const Word flags_mask = 0;
const Role flags_role = preserved;
const unsigned fpu_words = 33; // f0-f31, fcsr

extern "C" const char behind_trap[];

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
    .globl trap_with
    .type trap_with, @function
trap_with:
    save_and_load
    ecall
behind_trap:
    store_and_restore
    .globl undefined_with
    .type undefined_with, @function
undefined_with:
    save_and_load
    .word 0xffffffff
    store_and_restore
    .globl spin_with
    .type spin_with, @function
spin_with:
    save_and_load
1:  addi a1, a1, -1
    bnez a1, 1b
    store_and_restore
    .option push
    .option arch, +d
    .globl touch_fpu
    .type touch_fpu, @function
touch_fpu:
    fmv.d f0, f0
    ret
    .option pop
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

// The kernel's way out may leave where it goes on in ra.
bool is_hardware_value(Word value, const RegisterFile&) {
    return value == reinterpret_cast<Word>(behind_trap);
}

void make_valid(FpuFile& file) {
    file.word[32] &= 0x7f; // rounding modes 0 to 3, all flags
}

FpuFile new_fpu() {
    return {};
}

void load_fpu(const FpuFile& file) {
    asm volatile(".option push\n\t.option arch, +d\n\t"
                 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,"
                 " 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
                 "fld f\\n, (\\n * 8)(%0)\n\t.endr\n\tfscsr %1\n\t.option pop"
                 : : "r"(file.word), "r"(file.word[32]) : "memory");
}

void store_fpu(FpuFile& file) {
    asm volatile(".option push\n\t.option arch, +d\n\t"
                 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,"
                 " 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
                 "fsd f\\n, (\\n * 8)(%1)\n\t.endr\n\tfrcsr %0\n\t.option pop"
                 : "=&r"(file.word[32]) : "r"(file.word) : "memory");
}

} // namespace conformance::isa
