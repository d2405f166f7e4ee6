// SPDX-License-Identifier: BSD-2-Clause
// Numbers that the assembler shares with C++.
#include <arch/entry_area.hpp>
#include <arch/layout.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/gate.hpp>
#include <generic/object/thread.hpp>

#define DEFINE(name, value) asm volatile("\n.ascii \"@@DEF " #name " %c0\"" ::"i"(value))
void define_offsets() {
    using namespace arch::layout;
    DEFINE(THREAD_REGISTERS, kernel::thread_registers_offset);
    // Flags of the gate, as bits of its highest byte.
    DEFINE(GATE_FLAGS, offsetof(kernel::Thread, gate) + 3);
    DEFINE(GATE_FULL, kernel::Gate::full_frame >> 24);
    DEFINE(GATE_TRACED, kernel::Gate::traced >> 24);
    DEFINE(CPU_CURRENT, offsetof(kernel::Cpu, current));
    DEFINE(CPU_SCRATCH, offsetof(kernel::Cpu, scratch));
    DEFINE(ENTRY_SCRATCH, arch::entry_area::scratch - cpu);
    DEFINE(CPU_VECTOR, offsetof(kernel::Cpu, scratch) + 8);
    DEFINE(SYSCALL_COUNT, cobnut::syscall_count);
    DEFINE(STACK_TOP, static_cast<int64_t>(stack_top));
    DEFINE(TEXT, static_cast<int64_t>(image_text));
    DEFINE(DATA, static_cast<int64_t>(image_data));
    DEFINE(USER_CODE, user_code);
    DEFINE(USER_DATA, user_data);
    DEFINE(VECTOR_END, vector_end);
#ifdef __clang__ // see cpu.hpp; the legs push the user's rbp, which the frame has at the same place
    DEFINE(FAST_STACK, 1);
    asm volatile("\n.ascii \"@@DEF ARGUMENT r12d\"");
#else
    DEFINE(FAST_STACK, 0);
    asm volatile("\n.ascii \"@@DEF ARGUMENT edi\"");
#endif
}
