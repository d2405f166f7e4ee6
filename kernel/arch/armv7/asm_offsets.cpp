// SPDX-License-Identifier: BSD-2-Clause
// Numbers that the assembler shares with C++; compiled for the target and turned into asm_offsets.h.
#include <cobnut/abi/syscall.hpp>
#include <generic/object/thread.hpp>

#define DEFINE(name, value) asm volatile("\n.ascii \"@@DEF " #name " %c0\"" : : "i"(value))

void asm_offsets();
void asm_offsets() {
    using kernel::Thread;
    DEFINE(THREAD_GATE, offsetof(Thread, gate));
    // sp_svc points at the pc while user level runs: `stmdb ^` stores just below, `srsia` from there on.
    DEFINE(THREAD_TRAP, offsetof(Thread, registers) + offsetof(arch::Registers, pc));
    DEFINE(THREAD_ARGUMENTS, offsetof(Thread, registers) + offsetof(arch::Registers, r0_to_r5));
    DEFINE(TRAP_ARGUMENTS, offsetof(arch::Registers, r0_to_r5) - offsetof(arch::Registers, pc));
    DEFINE(TRAP_THREAD_POINTER, offsetof(arch::Registers, thread_pointer) - offsetof(arch::Registers, pc));
    DEFINE(ARGUMENTS_THREAD_POINTER, offsetof(arch::Registers, thread_pointer) - offsetof(arch::Registers, r0_to_r5));
    DEFINE(REGISTERS_TRAP, offsetof(arch::Registers, pc));
    DEFINE(GATE_FULL_FRAME, kernel::Gate::full_frame);
    DEFINE(GATE_TRACED, kernel::Gate::traced);
    DEFINE(ABORT_MASK, arch::Status::AbortMask::mask);
    DEFINE(SYSCALL_COUNT, cobnut::syscall_count);
}
