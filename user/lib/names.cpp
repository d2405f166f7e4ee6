// SPDX-License-Identifier: BSD-2-Clause
// Names of errors, fault types and object types for people.

#include <lib/names.hpp>

namespace cobnut {

const char* name_of(Error error) {
    switch (error) {
    case Error::none:
        return "none";
    case Error::invalid_capability:
        return "invalid capability";
    case Error::invalid_method:
        return "invalid method";
    case Error::invalid_argument:
        return "invalid argument";
    case Error::failed_lookup:
        return "failed lookup";
    case Error::missing_right:
        return "missing right";
    case Error::truncated_message:
        return "truncated message";
    case Error::slot_occupied:
        return "slot occupied";
    case Error::slot_empty:
        return "slot empty";
    case Error::has_children:
        return "has children";
    case Error::not_enough_memory:
        return "not enough memory";
    case Error::out_of_range:
        return "out of range";
    case Error::misaligned:
        return "misaligned";
    case Error::missing_table:
        return "missing table";
    case Error::already_mapped:
        return "already mapped";
    case Error::not_mapped:
        return "not mapped";
    case Error::busy:
        return "busy";
    case Error::in_use:
        return "in use";
    case Error::not_bound:
        return "not bound";
    case Error::not_supported:
        return "not supported";
    case Error::no_buffer:
        return "no buffer";
    case Error::message_too_long:
        return "message too long";
    case Error::no_receive_slot:
        return "no receive slot";
    case Error::would_block:
        return "would block";
    case Error::canceled:
        return "canceled";
    case Error::no_reply:
        return "no reply";
    case Error::time_out_of_range:
        return "time out of range";
    case Error::illegal_operation:
        return "illegal operation";
    }
    return "unknown error";
}

const char* name_of(FaultType type) {
    switch (type) {
    case FaultType::capability:
        return "capability fault";
    case FaultType::unknown_syscall:
        return "unknown system call";
    case FaultType::user_exception:
        return "exception";
    case FaultType::vm:
        return "page fault";
    case FaultType::timeout:
        return "time-out";
    case FaultType::debug:
        return "debug event";
    case FaultType::hardware_error:
        return "hardware error";
    }
    return "unknown fault";
}

const char* name_of(Isa isa) {
    switch (isa) {
    case Isa::aarch64:
        return "AArch64";
    case Isa::armv7:
        return "ARMv7-A";
    case Isa::riscv64:
        return "RISC-V 64";
    case Isa::x86_64:
        return "x86-64";
    case Isa::host:
        return "host";
    }
    return "unknown ISA";
}

} // namespace cobnut
