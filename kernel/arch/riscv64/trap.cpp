// SPDX-License-Identifier: BSD-2-Clause
// What a trap means: interrupt, fault of a thread, or a fatal line; and the slow way out.
#include <generic/contract/cpu.hpp>
#include <generic/object/debug.hpp>

#include <arch/address_space.hpp>
#include <arch/fast_policy.hpp>
#include <arch/memory.hpp>
#include <arch/page_format.hpp>
#include <cobnut/abi/fault.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/thread.hpp>

extern "C" char trap_entry_traced[];

namespace arch {

namespace {

using csr::Cause;
using kernel::Word;

/// Whether the address space that was active maps the address; the cause does not tell.
bool is_mapped(Word address) {
    if (address >= PageFormat::user_end)
        return false;
    kernel::PhysAddr table{csr::read_satp().get<csr::Translation::Root>() << 12};
#pragma GCC unroll 3 // every page fault comes by here: shifts are constants
    for (unsigned level = 0; level < PageFormat::levels; ++level) {
        const unsigned index = address >> PageFormat::level[level].shift & 511;
        const uint64_t entry = static_cast<const Table*>(to_virtual(table))->entry[index];
        const kernel::mm::EntryKind kind = PageFormat::kind(level, entry);
        if (kind != kernel::mm::EntryKind::table)
            return kind == kernel::mm::EntryKind::leaf;
        table = PageFormat::address(level, entry);
    }
    return false;
}

/// EBREAK and triggers have one cause; what was set tells them apart.
[[noreturn, gnu::noinline, gnu::cold]] void debug_exception(const kernel::Thread& thread) {
    using cobnut::DebugReason;
    const Word place = thread.registers.program_counter, value = csr::read_stval();
    if (kernel::hardware_debug::hit(thread, true, place) < cobnut::breakpoint_count)
        kernel_debug(DebugReason::breakpoint, place);
    if (kernel::hardware_debug::hit(thread, false, value) < cobnut::breakpoint_count)
        kernel_debug(DebugReason::watchpoint, value);
    kernel_debug(DebugReason::instruction, place);
}

[[noreturn]] void page_fault(uint64_t cause) {
    const Word address = csr::read_stval();
    Word access = is_mapped(address) ? cobnut::VmAccess::present : 0;
    if (static_cast<Cause>(cause) == Cause::store_page)
        access |= cobnut::VmAccess::write;
    if (static_cast<Cause>(cause) == Cause::instruction_page)
        access |= cobnut::VmAccess::execute;
    kernel_vm_fault(address, access, cause);
}

constexpr bool is_page_fault(uint64_t cause) {
    return (cause & ~uint64_t{3}) == static_cast<uint64_t>(Cause::instruction_page) && cause != 14; // reserved
}
static_assert(is_page_fault(static_cast<uint64_t>(Cause::load_page)) &&
              is_page_fault(static_cast<uint64_t>(Cause::store_page)));

} // namespace

extern "C" {

[[noreturn, gnu::used]] void trap_from_user() {
    const uint64_t raw_cause = csr::read_scause();
    if ((raw_cause & csr::cause_interrupt) != 0)
        kernel_interrupt();
    const uint64_t cause = KERNEL_APART(raw_cause); // knowing its sign, Clang would make masks of two instructions
    if (is_page_fault(cause)) [[likely]]
        page_fault(cause);
    Registers& registers = current_cpu().current->registers;
    switch (static_cast<Cause>(cause)) {
    case Cause::user_call:
        registers.program_counter += 4;
        kernel_unknown_syscall(registers.temporary[0]);
    case Cause::breakpoint:
        debug_exception(*current_cpu().current);
    case Cause::hardware_error:
        kernel_hardware_error(cause, csr::read_stval());
    default:
        kernel_user_exception(cause, csr::read_stval());
    }
}

[[noreturn, gnu::used]] void trap_from_kernel() {
    const uint64_t cause = csr::read_scause();
    kernel::fatal(static_cast<Cause>(cause) == Cause::hardware_error
                      ? "uncontained hardware error (scause, sepc, stval)"
                      : "exception in the kernel (scause, sepc, stval)",
                  cause, csr::read_sepc(), csr::read_stval());
}

} // extern "C"

// No system call of a traced thread reaches the stub's dispatch, and no fastpath switches to one:
// it leaves here and has its own entry, which puts the ordinary one back.
void leave(kernel::Thread& thread) {
    using kernel::Gate;
    const uint32_t gate = thread.gate;
    thread.frame_kind = kernel::FrameKind::running;
    if ((gate & (Gate::traced | Gate::full_frame)) != 0) {
        if ((gate & Gate::traced) != 0)
            csr::write_stvec(reinterpret_cast<uint64_t>(trap_entry_traced));
        thread.gate = gate & ~Gate::full_frame;
        if ((gate & Gate::full_frame) != 0)
            leave_full(thread);
    }
    const Registers& registers = thread.registers;
    FastPolicy::leave_with(&thread, registers.capability(), registers.tag_and_words());
}

} // namespace arch
