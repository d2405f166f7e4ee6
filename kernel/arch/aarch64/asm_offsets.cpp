// SPDX-License-Identifier: BSD-2-Clause
// Offsets for the assembler sources; compiled to text only (tools/asm_offsets.py).
#include <arch/layout.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

#include <bit>

void offsets() {
    using arch::Registers;
    using kernel::Cpu;
    using kernel::Gate;
    using kernel::Thread;
    static_assert(offsetof(Cpu, current) == 0);
    asm volatile(".ascii \"@@DEF CPU_SCRATCH %c0\"" ::"i"(offsetof(Cpu, scratch)));
    asm volatile(".ascii \"@@DEF THREAD_GATE %c0\"" ::"i"(offsetof(Thread, gate)));
    asm volatile(".ascii \"@@DEF SAVED %c0\"" ::"i"(offsetof(Thread, registers)));
    asm volatile(".ascii \"@@DEF ARGUMENT %c0\"" ::"i"(offsetof(Thread, registers) +
                                                       offsetof(Registers, argument)));
    asm volatile(".ascii \"@@DEF SCRATCH %c0\"" ::"i"(offsetof(Thread, registers) +
                                                      offsetof(Registers, scratch)));
    asm volatile(".ascii \"@@DEF GATE_FULL %c0\"" ::"i"(Gate::full_frame));
    asm volatile(".ascii \"@@DEF GATE_TRACED_BIT %c0\"" ::"i"(std::countr_zero(Gate::traced)));
    asm volatile(".ascii \"@@DEF LAST_SYSCALL %c0\"" ::"i"(cobnut::syscall_count - 1));
    asm volatile(".ascii \"@@DEF IMAGE_DATA_OFFSET %c0\"" ::"i"(arch::image_data_offset));
}
