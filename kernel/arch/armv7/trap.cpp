// SPDX-License-Identifier: BSD-2-Clause
// What an exception means: fault of a thread, or a fatal line; and the way back to user level.
#include <generic/contract/cpu.hpp>

#include <arch/debug.hpp>
#include <arch/fast_policy.hpp>
#include <arch/fault_status.hpp>

#include <cobnut/abi/fault.hpp>
#include <cobnut/register.hpp>
#include <generic/base/panic.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

namespace arch {

namespace {

using kernel::Word;

/// As trap.S numbers the vectors.
enum Vector : uint32_t { reset, undefined, prefetch_abort, data_abort, fiq, irq, abort_at_entry };

constexpr unsigned breakpoint_hit = 1; // DBGDSCR.MOE

/// Numbers of user exceptions on this ISA.
struct UserException {
    static constexpr Word undefined = 1;
    static constexpr Word data_abort = 3;     ///< Alignment and the like; code: fault status.
    static constexpr Word prefetch_abort = 4;
};

Word access_of(FaultStatus status, Word kind) {
    return kind | (status.is_present() ? cobnut::VmAccess::present : 0);
}

/// In the kernel, or one that nothing confines to a thread.
[[noreturn]] void stop_by_data_abort(Word pc) {
    const FaultStatus status{cp15::DataFaultStatus::read()};
    kernel::fatal(status.is_late_bus_error() || status.is_late_parity_error()
                      ? "uncontained hardware error (pc, address, DFSR)"
                      : "data abort in the kernel (pc, address, DFSR)",
                  pc, cp15::DataFaultAddress::read(), status.raw());
}

[[noreturn, gnu::noinline]] void on_other_abort(FaultStatus status) {
    if (status.is_bus_error())
        kernel_hardware_error(status.raw(), cp15::DataFaultAddress::read());
    if (status.is_late_bus_error())
        kernel_hardware_error(status.raw(), 0);
    if (status.is_late_parity_error())
        stop_by_data_abort(current_cpu().current->registers.pc);
    kernel_user_exception(UserException::data_abort, status.raw());
}

[[noreturn, gnu::always_inline]] inline void on_data_abort() {
    const FaultStatus status{cp15::DataFaultStatus::read()};
    if (status.is_mapping()) {
        const Word write = status.get<FaultStatus::Write>() ? cobnut::VmAccess::write : 0;
        kernel_vm_fault(cp15::DataFaultAddress::read(), access_of(status, write), status.raw());
    }
    if (status.get<FaultStatus::Status>() == FaultStatus::debug)
        kernel_debug(cobnut::DebugReason::watchpoint, cp15::DataFaultAddress::read());
    on_other_abort(status);
}

[[noreturn]] void on_prefetch_abort() {
    const FaultStatus status{cp15::InstructionFaultStatus::read()};
    if (status.get<FaultStatus::Status>() == FaultStatus::debug)
        kernel_debug(debug_cause() == breakpoint_hit ? cobnut::DebugReason::breakpoint
                                                     : cobnut::DebugReason::instruction,
                     current_cpu().current->registers.pc);
    if (status.is_bus_error())
        kernel_hardware_error(status.raw(), cp15::InstructionFaultAddress::read());
    if (!status.is_mapping())
        kernel_user_exception(UserException::prefetch_abort, status.raw());
    kernel_vm_fault(cp15::InstructionFaultAddress::read(),
                    access_of(status, cobnut::VmAccess::execute), status.raw());
}

} // namespace

extern "C" {

[[noreturn, gnu::used]] void data_abort_from_user() { on_data_abort(); }

[[noreturn, gnu::used]] void exception_from_user(Word vector) {
    if (vector == prefetch_abort)
        on_prefetch_abort();
    if (vector != undefined && vector != abort_at_entry)
        kernel::fatal("unexpected exception from user level (vector)", vector);
    Registers& registers = current_cpu().current->registers;
    registers.rewind(); // an undefined instruction leaves the next address, as svc does
    if (vector == abort_at_entry)
        on_other_abort(FaultStatus{cp15::DataFaultStatus::read()});
    kernel_user_exception(UserException::undefined, 0);
}

[[noreturn, gnu::used]] void exception_from_kernel(Word vector, Word pc, Word status) {
    if (vector == data_abort)
        stop_by_data_abort(pc);
    if (vector == prefetch_abort)
        kernel::fatal("prefetch abort in the kernel (pc, address, IFSR)", pc,
                      cp15::InstructionFaultAddress::read(),
                      cp15::InstructionFaultStatus::read());
    kernel::fatal("exception in the kernel (pc, SPSR, vector)", pc, status, vector);
}

} // extern "C"

void leave_full(kernel::Thread& thread) { restore_registers(&thread.registers); }

void leave(kernel::Thread& thread) {
    const bool full = (thread.gate & kernel::Gate::full_frame) != 0;
    thread.frame_kind = kernel::FrameKind::running;
    thread.gate &= ~kernel::Gate::full_frame;
    if (!full)
        thread.registers.r12 = 0;
    restore_registers(&thread.registers);
}

// ARMv7-A has one bit for all of the performance monitors: who may read the cycle counter may also
// stop and set it.
void set_counter_access(bool open) {
    cp15::TimerKernelControl::write(open ? 2 : 0); // CNTKCTL.PL0VCTEN
    cp15::PerformanceUserEnable::write(open ? 1 : 0);
}

} // namespace arch
