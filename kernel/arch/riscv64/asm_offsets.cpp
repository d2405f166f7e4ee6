// SPDX-License-Identifier: BSD-2-Clause
// Numbers that the assembler shares with C++; compiled for the target and turned into
// asm_offsets.h.
#include <arch/layout.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

#define DEFINE(name, value) asm volatile("\n.ascii \"@@DEF " #name " %0\"" : : "i"(value))

void asm_offsets();
void asm_offsets() {
    using kernel::Cpu;
    using kernel::Thread;
    DEFINE(THREAD_GATE, offsetof(Thread, gate));
    DEFINE(THREAD_REGISTERS, offsetof(Thread, registers));
    DEFINE(GATE_FULL_FRAME, kernel::Gate::full_frame);
    DEFINE(CPU_CURRENT, offsetof(Cpu, current));
    DEFINE(CPU_SCRATCH, offsetof(Cpu, scratch));
    DEFINE(SYSCALL_COUNT, cobnut::syscall_count);
    DEFINE(IMAGE_TEXT, static_cast<int64_t>(arch::image_text));
}
