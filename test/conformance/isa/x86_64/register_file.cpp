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
const uint8_t message_places[] = {3, 7, 8, 9, 1};

extern "C" void isa_trap_with(RegisterFile& file);
extern "C" void isa_undefined_with(RegisterFile& file);
extern "C" const char isa_behind_trap[];

// The file's address lies on the stack meanwhile.
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
    .globl isa_trap_with
    .type isa_trap_with, @function
isa_trap_with:
    save_and_load
    syscall
    .globl isa_behind_trap
isa_behind_trap:
    store_and_restore
    .globl isa_undefined_with
    .type isa_undefined_with, @function
isa_undefined_with:
    save_and_load
    ud2
    store_and_restore
    .popsection
)");

unsigned number_of(unsigned place) {
    return 3 + place;
}

void set_form(RegisterFile& file, Syscall form, CapIndex reply, CapIndex second) {
    file.word[0] = reply << 8 | static_cast<Word>(form);
    file.word[11] = second;
}

void trap(RegisterFile& file, Syscall) {
    isa_trap_with(file);
}

void undefined_with(RegisterFile& file) {
    isa_undefined_with(file);
}

/// SDM volume 2, SYSCALL: rcx gets the return address, r11 the flags.
bool is_hardware_value(Word value) {
    return value == reinterpret_cast<Word>(isa_behind_trap) || value < 0x1000;
}

} // namespace conformance::isa
