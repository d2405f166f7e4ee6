// SPDX-License-Identifier: BSD-2-Clause
// The messages by which a thread's fault handler learns of a fault.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut {

/// Label of a fault message. Words 0 and 1 of every fault are the instruction's address and the
/// faulting thread's stack pointer.
enum class FaultType : uint8_t {
    capability = 1,      ///< 2: path, 3: in a receive phase, 4: Error, 5: lookup detail.
    unknown_syscall = 2, ///< 2: number.
    user_exception = 3,  ///< 2: number (ISA's own), 3: code (ISA's own).
    vm = 4,              ///< 2: address, 3: access (VmAccess bits), 4: ISA's own status.
    timeout = 5,         ///< 2: badge of the scheduling context, 3: microseconds consumed.
    debug = 6,           ///< 2: reason, 3: address.
};

inline constexpr unsigned fault_words = 6;

/// Word 3 of a VM fault.
struct VmAccess {
    static constexpr Word write = 1;
    static constexpr Word execute = 2;
    static constexpr Word present = 4; ///< A mapping exists but does not allow the access.
};

/// Label of the reply to a fault: 0 resumes the thread where it stopped.
enum class FaultReply : uint8_t {
    resume = 0,  ///< Words 0 and 1, if sent, replace instruction and stack pointer.
    stop = 1,    ///< The thread stays suspended.
};

} // namespace cobnut
