// SPDX-License-Identifier: BSD-2-Clause
// Offsets for the assembler sources; compiled to text only (tools/asm_offsets.py).
#include <arch/layout.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

#include <bit>

void offsets()
{
    using kernel::Cpu;
    using kernel::Gate;
    using kernel::Thread;
    using arch::Registers;
    static_assert(offsetof(Cpu, current) == 0);
    asm volatile("@@DEF CPU_SCRATCH %c0" ::"i"(offsetof(Cpu, scratch)));
    asm volatile("@@DEF THREAD_GATE %c0" ::"i"(offsetof(Thread, gate)));
    asm volatile("@@DEF SAVED %c0" ::"i"(offsetof(Thread, registers)));
    asm volatile("@@DEF ARGUMENT %c0" ::"i"(offsetof(Thread, registers) + offsetof(Registers, argument)));
    asm volatile("@@DEF SCRATCH %c0" ::"i"(offsetof(Thread, registers) + offsetof(Registers, scratch)));
    asm volatile("@@DEF GATE_FULL %c0" ::"i"(Gate::full_frame));
    asm volatile("@@DEF GATE_TRACED_BIT %c0" ::"i"(std::countr_zero(Gate::traced)));
    asm volatile("@@DEF LAST_SYSCALL %c0" ::"i"(cobnut::syscall_count - 1));
    asm volatile("@@DEF IMAGE_DATA_OFFSET %c0" ::"i"(arch::image_data_offset));
}
