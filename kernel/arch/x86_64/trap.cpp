// SPDX-License-Identifier: BSD-2-Clause
// What the trap stubs call, and the choice of the way out.
#include <arch/cpu.hpp>
#include <arch/debug.hpp>
#include <arch/entry_area.hpp>
#include <arch/leave.hpp>
#include <arch/trap.hpp>

#include <cobnut/abi/fault.hpp>
#include <generic/base/panic.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

namespace arch {

namespace {

[[noreturn]] void leave_voluntary(kernel::Thread& thread) {
    const Registers& r = thread.registers;
    register Word rdx asm("rdx") = r.words[0];
    register Word r8 asm("r8") = r.words[1];
    register Word r9 asm("r9") = r.words[2];
    register Word r10 asm("r10") = r.words[3];
    register Word rbx asm("rbx") = r.words[4];
    asm volatile(ARCH_LEAVE ::"c"(&thread), "D"(r.rdi), "S"(r.rsi), "r"(rdx), "r"(r8), "r"(r9),
                 "r"(r10), "r"(rbx), ARCH_LEAVE_OFFSETS
                 : "memory");
    __builtin_unreachable();
}

} // namespace

void leave(kernel::Thread& thread) {
    thread.frame_kind = kernel::FrameKind::running;
    if ((thread.gate & kernel::Gate::full_frame) == 0)
        leave_voluntary(thread);
    thread.gate &= ~kernel::Gate::full_frame;
    leave_full(thread);
}

} // namespace arch

namespace {

// DR6: which breakpoints hit, and whether it was the trap flag (SDM volume 3, 18.2.3).
[[noreturn]] void debug_exception() {
    using cobnut::DebugReason;
    const uint64_t status = arch::take_debug_status();
    const kernel::Thread& thread = *arch::current_cpu().current;
    for (unsigned number = 0; number < cobnut::breakpoint_count; ++number) {
        if ((status >> number & 1) == 0 ||
            thread.debug.kind[number] == cobnut::BreakpointKind::none)
            continue;
        const bool executes = thread.debug.kind[number] == cobnut::BreakpointKind::execute;
        kernel_debug(executes ? DebugReason::breakpoint : DebugReason::watchpoint,
                     thread.debug.address[number]);
    }
    constexpr uint64_t stepped = 1 << 14;
    kernel_debug((status & stepped) != 0 ? DebugReason::single_step : DebugReason::instruction,
                 thread.registers.rip);
}

// Error code of a page fault, SDM volume 3, section 4.7.
constexpr uint64_t fault_present = 1, fault_write = 2, fault_fetch = 16;

[[noreturn]] void page_fault(uint64_t error) {
    using cobnut::VmAccess;
    constexpr unsigned codes = 32;
    static constexpr auto accesses = [] {
        struct {
            uint8_t of[codes];
        } table{};
        for (unsigned code = 0; code < codes; ++code)
            table.of[code] = static_cast<uint8_t>(((code & fault_write) != 0 ? VmAccess::write : 0) |
                                                  ((code & fault_fetch) != 0 ? VmAccess::execute : 0) |
                                                  ((code & fault_present) != 0 ? VmAccess::present : 0));
        return table;
    }();
    kernel_vm_fault(arch::read_control<2>(), accesses.of[error % codes], error);
}

/// Nothing says whose it is: MCG_STATUS tells at most whether the place is right.
[[noreturn]] void machine_check(uint64_t ip) {
    kernel::fatal("uncontained hardware error: machine check (MCG_STATUS, instruction)",
                  arch::read_msr(arch::Msr::machine_check_status), ip);
}

} // namespace

void trap_from_user(uint64_t vector, uint64_t error) {
    if (vector == arch::exception::page_fault)
        page_fault(error);
    if (vector >= arch::layout::timer_vector) {
        arch::current_cpu().scratch[1] = vector;
#ifdef __clang__ // which would save for a call what the function may use
        asm volatile("movq %0, %%rsp\n jmp kernel_interrupt" ::"i"(arch::layout::stack_top - 8) : "memory");
        __builtin_unreachable();
#else
        kernel_interrupt();
#endif
    }
    if (vector == arch::exception::debug)
        debug_exception();
    if (vector == arch::exception::breakpoint) // INT3 is one byte, and behind us
        kernel_debug(cobnut::DebugReason::instruction,
                     arch::current_cpu().current->registers.rip - 1);
    if (vector == arch::exception::machine_check)
        machine_check(arch::current_cpu().current->registers.rip);
    kernel_user_exception(vector, error);
}

void trap_from_kernel(uint64_t vector, uint64_t error, uint64_t ip) {
    if (vector == arch::exception::machine_check)
        machine_check(ip);
    kernel::fatal("exception in the kernel (vector and error code, instruction, address)",
                  vector << 32 | error, ip, arch::read_control<2>());
}
