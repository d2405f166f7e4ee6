// SPDX-License-Identifier: BSD-2-Clause
// The messages by which a thread's fault handler learns of a fault.
#pragma once

#include <cobnut/abi/table.hpp>
#include <cobnut/abi/types.hpp>

namespace cobnut {

/// Label of a fault message. Words 0 and 1 of every fault are the instruction's address and the
/// faulting thread's stack pointer.
enum class FaultType : uint8_t {
    capability = 1,
    unknown_syscall = 2,
    user_exception = 3,
    vm = 4,
    timeout = 5,
    debug = 6,
    hardware_error = 7, ///< One that the hardware confines to the thread that ran.
};

inline constexpr Named fault_types[] = {
    COBNUT_NAMED(FaultType, capability,
                 "2: path, 3: in a receive phase, 4: Error, 5: of failed_lookup: LookupFailure "
                 "in bits 0-7, from bit 8 on the bits of the path that were left."),
    COBNUT_NAMED(FaultType, unknown_syscall, "2: number."),
    COBNUT_NAMED(FaultType, user_exception, "2: number (ISA's own), 3: code (ISA's own)."),
    COBNUT_NAMED(FaultType, vm, "2: address, 3: access (VmAccess bits), 4: ISA's own status."),
    COBNUT_NAMED(FaultType, timeout,
                 "2: badge of the scheduling context, 3 and 4: microseconds that it consumed since that "
                 "was last asked, low word first."),
    COBNUT_NAMED(FaultType, debug, "2: DebugReason, 3: address, 4: number of the breakpoint."),
    COBNUT_NAMED(FaultType, hardware_error,
                 "2: ISA's own status, 3: address if the ISA tells it, else 0."),
};

inline constexpr unsigned fault_words = 6;

/// Word 3 of a VM fault.
struct VmAccess {
    static constexpr Word write = 1;
    static constexpr Word execute = 2;
    static constexpr Word present = 4;
};

inline constexpr Named vm_access_bits[] = {
    COBNUT_NAMED(VmAccess, write, "A store; else a load or a fetch."),
    COBNUT_NAMED(VmAccess, execute, "An instruction fetch."),
    COBNUT_NAMED(VmAccess, present, "A mapping exists but does not allow the access."),
};

/// Word 2 of a debug fault. The thread is before the instruction, but on x86-64 behind the one that
/// accessed or that is `instruction`. A breakpoint hits again unless it is removed before the thread
/// goes on.
enum class DebugReason : uint8_t {
    breakpoint = 1,
    watchpoint = 2,
    single_step = 3,
    instruction = 4,
};

inline constexpr Named debug_reasons[] = {
    COBNUT_NAMED(DebugReason, breakpoint, "Word 3: the instruction's address."),
    COBNUT_NAMED(DebugReason, watchpoint, "Word 3: the address of the access."),
    COBNUT_NAMED(DebugReason, single_step, "Word 3: the next instruction's address."),
    COBNUT_NAMED(DebugReason, instruction,
                 "The ISA's breakpoint instruction; word 4: breakpoint_count."),
};

/// Label of the reply to a fault: 0 resumes the thread where it stopped.
enum class FaultReply : uint8_t {
    resume = 0,
    stop = 1,
};

inline constexpr Named fault_replies[] = {
    COBNUT_NAMED(FaultReply, resume,
                 "Words 0 and 1, if sent, replace instruction and stack pointer."),
    COBNUT_NAMED(FaultReply, stop, "The thread stays suspended."),
};

} // namespace cobnut
