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
const Word touch_size = 4;
const unsigned counting_place = 1;
const uint8_t message_places[] = {2, 3, 4, 5, 6, 7};
const Word flags_mask = 0xf0000000; // N, Z, C, V
const Role flags_role = preserved;
const unsigned fpu_words = 66; // v0-v31, FPSR, FPCR

// The file's address lies on the stack meanwhile. The flags are at 8 * 31.
asm(R"(
    .pushsection .text.isa, "ax"
    .arch_extension fp
    .arch_extension simd
    .macro save_and_load
    stp x29, x30, [sp, #-112]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    str x0, [sp, #96]
    ldr x1, [x0, #8 * 31]
    msr nzcv, x1
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
    mrs x2, nzcv
    str x2, [x0, #8 * 31]
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #112
    ret
    .endm
    .globl trap_with
    .type trap_with, %function
trap_with:
    .irp form, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    cmp w1, #\form
    b.ne 1f
    save_and_load
    svc #\form
    store_and_restore
1:
    .endr
    save_and_load
    svc #200
    store_and_restore
    .globl undefined_with
    .type undefined_with, %function
undefined_with:
    save_and_load
    udf #7
    store_and_restore
    .globl spin_with
    .type spin_with, %function
spin_with:
    save_and_load
1:  sub x1, x1, #1
    cbnz x1, 1b
    store_and_restore
    .globl touch_fpu
    .type touch_fpu, %function
touch_fpu:
    mov v0.16b, v0.16b
    ret
    .popsection
)");

unsigned number_of(unsigned place) {
    return 3 + place;
}

void set_form(RegisterFile& file, Syscall, CapIndex reply, CapIndex second) {
    file.word[8] = reply;
    file.word[9] = second;
}

bool is_hardware_value(Word, const RegisterFile&) {
    return false;
}

void make_valid(FpuFile& file) {
    file.word[64] &= 0x0800009f; // QC and the sticky exceptions
    file.word[65] &= 0x07c00000; // rounding and formats
}

FpuFile new_fpu() {
    return {};
}

// FPSR and FPCR by their numbers: LLVM refuses the names where the compiler may not use the unit.
void load_fpu(const FpuFile& file) {
    asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
                 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,"
                 " 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
                 "ldr q\\n, [%0, #16 * \\n]\n\t.endr\n\t"
                 "msr s3_3_c4_c4_1, %1\n\tmsr s3_3_c4_c4_0, %2"
                 : : "r"(file.word), "r"(file.word[64]), "r"(file.word[65]) : "memory");
}

void store_fpu(FpuFile& file) {
    asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
                 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,"
                 " 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
                 "str q\\n, [%2, #16 * \\n]\n\t.endr\n\t"
                 "mrs %0, s3_3_c4_c4_1\n\tmrs %1, s3_3_c4_c4_0"
                 : "=&r"(file.word[64]), "=&r"(file.word[65]) : "r"(file.word) : "memory");
}

} // namespace conformance::isa
