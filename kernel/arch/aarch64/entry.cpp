// SPDX-License-Identifier: BSD-2-Clause
// What a synchronous exception was, and the one line of an exception that should not be.
#include <arch/system_error.hpp>
#include <arch/system_registers.hpp>

#include <cobnut/abi/fault.hpp>
#include <generic/base/panic.hpp>
#include <generic/contract/cpu.hpp>

using arch::ExceptionClass;
using cobnut::DebugReason;
using arch::Syndrome;
using kernel::Word;

extern "C" [[noreturn]] void aarch64_kernel_exception();

namespace {

Word user_instruction() {
    Word address;
    asm volatile("mrs %0, elr_el1" : "=r"(address));
    return address;
}

// Fault status codes, Arm ARM D19.2.37: bits 5-2 name the kind for the first four kinds.
constexpr bool is_permission(uint8_t status) { return status >> 2 == 0b0011; }

/// None of the mapping. Only external aborts may lack the address (D19.2.37, FnV).
[[noreturn, gnu::noinline, gnu::cold]] void other_abort(Syndrome syndrome, Word address, Word access) {
    if (!arch::is_external_abort(syndrome.raw()))
        kernel_vm_fault(address, access, syndrome.get<Syndrome::FaultStatus>());
    if (arch::is_uncontained_abort(syndrome.raw()))
        aarch64_kernel_exception();
    kernel_hardware_error(syndrome.raw(), syndrome.get<Syndrome::FarNotValid>() ? 0 : address);
}

} // namespace

extern "C" [[noreturn]] void aarch64_synchronous(Word address, Word raw_syndrome) {
    const Syndrome syndrome{raw_syndrome};
    const auto cause = syndrome.get<Syndrome::Class>();
    switch (cause) {
    case ExceptionClass::svc64:
        kernel_unknown_syscall(syndrome.get<Syndrome::Immediate>());
    case ExceptionClass::instruction_abort_lower:
    case ExceptionClass::data_abort_lower: {
        const auto status = syndrome.get<Syndrome::FaultStatus>();
        // Cache maintenance says that it writes, too. Of an instruction abort both bits are 0.
        constexpr Word write = Syndrome::Write::mask, maintenance = Syndrome::CacheMaintenance::mask;
        Word access = (raw_syndrome & (write | maintenance)) == write ? cobnut::VmAccess::write : 0;
        if (cause == ExceptionClass::instruction_abort_lower)
            access = cobnut::VmAccess::execute;
        if (is_permission(status))
            access |= cobnut::VmAccess::present;
        if ((status & 0x10) != 0) [[unlikely]]
            other_abort(syndrome, address, access);
        kernel_vm_fault(address, access, status);
    }
    case ExceptionClass::breakpoint_lower:
        kernel_debug(DebugReason::breakpoint, user_instruction());
    case ExceptionClass::watchpoint_lower:
        kernel_debug(DebugReason::watchpoint, address);
    case ExceptionClass::step_lower:
        kernel_debug(DebugReason::single_step, user_instruction());
    case ExceptionClass::brk:
        kernel_debug(DebugReason::instruction, user_instruction());
    default:
        kernel_user_exception(static_cast<Word>(cause), raw_syndrome);
    }
}

/// What stops the machine: also an SError of user level that nothing contains.
extern "C" [[noreturn]] void aarch64_kernel_exception() {
    Word place, address;
    asm volatile("mrs %0, elr_el1\n\tmrs %1, far_el1" : "=r"(place), "=r"(address));
    const Syndrome syndrome = Syndrome::read();
    kernel::fatal(arch::is_hardware_error(syndrome.raw())
                      ? "uncontained hardware error: ESR, ELR, FAR"
                      : "exception in the kernel: ESR, ELR, FAR",
                  syndrome.raw(), place, address);
}

// Taken from user level. The kernel masks SErrors: what it causes itself arrives here too.
extern "C" [[noreturn]] void aarch64_system_error() {
    const Word syndrome = Syndrome::read().raw();
    switch (arch::reach_of_system_error(syndrome)) {
    case arch::ErrorReach::corrected:
        kernel_interrupt();
    case arch::ErrorReach::contained:
        kernel_hardware_error(syndrome, 0);
    case arch::ErrorReach::uncontained:
        break;
    }
    aarch64_kernel_exception();
}
