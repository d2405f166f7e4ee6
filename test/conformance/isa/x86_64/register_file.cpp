// SPDX-License-Identifier: BSD-2-Clause
// x86-64's system calls with all registers as wished.
#include "../register_file.hpp"

namespace conformance::isa {

using enum Role;

// rax, rbx, rcx, rdx, rsi, rdi, rbp, r8-r15.
const Role roles[] = {cleared, message, hardware,  message, tag,       capability, preserved, message,
                      message, message, hardware,  preserved, preserved, preserved, preserved};
const unsigned register_count = sizeof roles / sizeof roles[0];
const Word trap_size = 2;
const Word touch_size = 3;
const unsigned counting_place = 2;
const uint8_t message_places[] = {3, 7, 8, 9, 1};

const Word flags_mask = 0x244cd5; // CF PF AF ZF SF DF OF NT AC ID
const Role flags_role = cleared;
const unsigned fpu_words = 96; // FXSAVE's 512 bytes, upper halves of ymm0-ymm15

extern "C" const char behind_trap[];

// The file's address lies on the stack meanwhile. The flags are at 8 * 31; C++ wants DF and AC clear.
asm(R"(
    .pushsection .text.isa, "ax"
    .macro save_and_load
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    pushq %rdi
    pushq 8 * 31(%rdi)
    popfq
    movq (%rdi), %rax
    movq 8(%rdi), %rbx
    movq 16(%rdi), %rcx
    movq 24(%rdi), %rdx
    movq 32(%rdi), %rsi
    movq 48(%rdi), %rbp
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    movq 8 * (\n - 1)(%rdi), %r\n
    .endr
    movq 40(%rdi), %rdi
    .endm
    .macro store_and_restore
    pushq %rdi
    movq 8(%rsp), %rdi
    movq %rax, (%rdi)
    movq %rbx, 8(%rdi)
    movq %rcx, 16(%rdi)
    movq %rdx, 24(%rdi)
    movq %rsi, 32(%rdi)
    popq 40(%rdi)
    pushfq
    popq 8 * 31(%rdi)
    pushq $0x202
    popfq
    movq %rbp, 48(%rdi)
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    movq %r\n, 8 * (\n - 1)(%rdi)
    .endr
    popq %rdi
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret
    .endm
    .globl trap_with
    .type trap_with, @function
trap_with:
    save_and_load
    syscall
    .globl behind_trap
behind_trap:
    store_and_restore
    .globl undefined_with
    .type undefined_with, @function
undefined_with:
    save_and_load
    ud2
    store_and_restore
    .globl spin_with
    .type spin_with, @function
spin_with:
    save_and_load
1:  loop 1b
    store_and_restore
    .globl touch_fpu
    .type touch_fpu, @function
touch_fpu:
    movaps %xmm0, %xmm0
    ret
    .popsection
)");

unsigned number_of(unsigned place) {
    return 3 + place;
}

void set_form(RegisterFile& file, Syscall form, CapIndex reply, CapIndex second) {
    file.word[0] = reply << 8 | static_cast<Word>(form);
    file.word[11] = second;
}

/// SDM volume 2, SYSCALL: rcx gets the return address, r11 the flags; SYSRET took them from there.
bool is_hardware_value(Word value, const RegisterFile& before) {
    return value == reinterpret_cast<Word>(behind_trap) || value == 0x202 ||
           value == (before.flags | 0x202);
}

namespace {

constexpr unsigned first_x87 = 4, first_reserved = 52, first_upper = 64;

bool has_avx() {
    uint32_t a = 1, c = 0, b, d;
    asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if ((c >> 27 & 3) != 3) // OSXSAVE and AVX
        return false;
    asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return (a & 6) == 6;
}

void clear(FpuFile& file, unsigned from, unsigned end) {
    for (; from < end; ++from)
        file.word[from] = 0;
}

} // namespace

// SDM volume 1, 10.5.1: the layout of the FXSAVE area.
void make_valid(FpuFile& file) {
    file.word[0] = 0xff0000037f | (file.word[0] & 0x47000c00); // FCW rounding, FSW, FTW: all valid
    clear(file, 1, 3); // the last instruction and operand
    file.word[3] = 0x1f80 | (file.word[3] & 0xe03f);
    for (unsigned index = first_x87; index < first_x87 + 16; index += 2)
        file.word[index + 1] &= 0xffff;
    clear(file, first_reserved, has_avx() ? first_upper : fpu_words);
}

FpuFile new_fpu() {
    FpuFile file{};
    file.word[0] = 0x37f;
    file.word[3] = 0x1f80;
    return file;
}

void load_fpu(const FpuFile& file) {
    const bool avx = has_avx();
    asm volatile("fxrstor64 (%0)" : : "r"(file.word) : "memory");
    if (avx)
        asm volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
                     "vinsertf128 $1, 16 * \\n(%0), %%ymm\\n, %%ymm\\n\n\t.endr"
                     : : "r"(file.word + first_upper) : "memory");
}

void store_fpu(FpuFile& file) {
    const bool avx = has_avx();
    asm volatile("fxsave64 (%0)" : : "r"(file.word) : "memory");
    clear(file, 1, 3);
    file.word[3] &= 0xffffffff; // without the mask of MXCSR
    clear(file, first_reserved, avx ? first_upper : fpu_words);
    if (avx)
        asm volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
                     "vextractf128 $1, %%ymm\\n, 16 * \\n(%0)\n\t.endr"
                     : : "r"(file.word + first_upper) : "memory");
}

} // namespace conformance::isa
