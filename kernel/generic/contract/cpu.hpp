// SPDX-License-Identifier: BSD-2-Clause
// Contract: the core that runs, its entries into the kernel and the ways out.
#pragma once

#include <arch/cpu.hpp>

#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/base/types.hpp>

#include <concepts>

namespace kernel {
struct Cpu;
struct Slot;
struct Thread;

/// Of the message that tells of a fault.
constexpr Word fault_tag(cobnut::FaultType type) {
    return cobnut::Tag(static_cast<Word>(type), cobnut::fault_words, 0, cobnut::Kind::fault).raw();
}
} // namespace kernel

namespace contract {

// Cpu& current_cpu(): from the per-core pointer (tp, TPIDR...) or a constant, no memory access but one.
static_assert(std::same_as<decltype(arch::current_cpu()), kernel::Cpu&>);

// [[noreturn]] void leave(Thread&): returns to user level with the thread's registers. If
//   thread.gate has the full-frame flag: all registers of the full frame, the flag is cleared;
//   else the voluntary frame, badge, tag and message words from Registers, and every other
//   register the contract does not preserve cleared. Generic code has switched address space,
//   FPU and counter access before. Sets thread.frame_kind to running.
static_assert(requires(kernel::Thread& t) { arch::leave(t); });
// [[noreturn]] void leave_full(Thread&): the same of a full frame, where flag and frame_kind are as they
//   shall be.
static_assert(requires(kernel::Thread& t) { arch::leave_full(t); });

// void wait_for_interrupt(): interrupts masked before and after; returns when one is pending.
//   (WFI; x86: sti; hlt; cli with a handler that notes the vector.) All registers may be clobbered.
static_assert(requires { arch::wait_for_interrupt(); });
// bool interrupt_pending(): cheap poll for preemption points.
static_assert(std::convertible_to<decltype(arch::interrupt_pending()), bool>);
// [[noreturn]] void stop(): nothing runs any more on this core.
static_assert(requires { arch::stop(); });
// void flush_for_partition(): between two time partitions: forgets what caches, TLB and branch
//   predictors of this core hold, as far as the ISA can say so (docs/design/partitions.md).
static_assert(requires { arch::flush_for_partition(); });
// void set_counter_access(bool): user level may (not) read time and cycle counters. Called at
//   thread switches only when it differs from before.
static_assert(requires { arch::set_counter_access(true); });

} // namespace contract

// What the stubs call. All run on the kernel stack of this core, reset at each entry, with
// interrupts masked, and never return.
extern "C" {
/// A system call in the voluntary frame: the stub has stored the voluntary frame and all argument
/// registers. Its number, < syscall_count.
[[noreturn]] void kernel_syscall(kernel::Word number);
/// The same of send and nb_send, with the slot that it names.
[[noreturn]] void kernel_send(const kernel::Slot* slot, kernel::Word number);
/// The same where it is a Notification that may be signalled, in whose queue somebody waits; an Endpoint through
/// which may be sent, of words that registers hold.
[[noreturn]] void kernel_signal(const kernel::Slot* slot, kernel::Word number);
[[noreturn]] void kernel_message(const kernel::Slot* slot, kernel::Word number);
/// The same of yield.
[[noreturn]] void kernel_yield();
/// Where FastPolicy::memory_in_registers: a call on what the slot holds, as kernel_syscall.
[[noreturn]] void kernel_call_on(kernel::Slot* slot);
/// The rest are entries with a full frame; the stub has set the full-frame flag of current's gate.
/// A system call of an alien thread or with a number out of range (program counter after the trap).
[[noreturn]] void kernel_unknown_syscall(kernel::Word number);
/// The current thread stops with a fault; words 2 to 4 of its message, in front, where arguments stay in their registers.
[[noreturn]] void kernel_stopped(kernel::Word word2, kernel::Word word3, kernel::Word word4, kernel::Word tag);
[[noreturn]] inline void kernel_vm_fault(kernel::Word address, kernel::Word access, kernel::Word status) {
    kernel_stopped(address, access, status, kernel::fault_tag(cobnut::FaultType::vm));
}
[[noreturn]] inline void kernel_user_exception(kernel::Word number, kernel::Word code) {
    kernel_stopped(number, code, 0, kernel::fault_tag(cobnut::FaultType::user_exception));
}
/// `address`: of the instruction, of a watchpoint that of the access.
[[noreturn]] void kernel_debug(cobnut::DebugReason reason, kernel::Word address);
/// The hardware confines an error to the thread that ran.
[[noreturn]] inline void kernel_hardware_error(kernel::Word status, kernel::Word address) {
    kernel_stopped(status, address, 0, kernel::fault_tag(cobnut::FaultType::hardware_error));
}
[[noreturn]] void kernel_interrupt();
}
