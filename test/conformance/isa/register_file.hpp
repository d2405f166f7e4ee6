// SPDX-License-Identifier: BSD-2-Clause
// System calls and faults with every general register as a test wants it, before and after: written
// once per ISA in isa/ISA/register_file.cpp.
#pragma once

#include "../message.hpp"

namespace conformance::isa {

/// What a system call does to a register (docs/design/frames.md).
enum class Role : uint8_t {
    preserved,
    cleared, ///< Or left as it was; nothing else.
    capability,
    tag,
    message,
    hardware, ///< The trap instruction itself writes it.
};

inline constexpr unsigned max_registers = 31;

struct RegisterFile {
    Word word[max_registers];
};

/// The general registers but the stack pointer, in the order in which the ISA numbers them.
extern const Role roles[];
extern const unsigned register_count;
/// Where the message words are, first to last.
extern const uint8_t message_places[arch::message_registers];

/// Puts the number of the system call and the Reply and second capability into their registers.
void set_form(RegisterFile& file, Syscall form, CapIndex reply, CapIndex second);

/// Loads all registers, makes the system call, stores all registers.
void trap(RegisterFile& file, Syscall form);

/// Bytes of its trap instruction.
extern const Word trap_size;

/// Loads all registers, executes an undefined instruction of undefined_size bytes, stores all.
void undefined_with(RegisterFile& file);

/// The number of the file's register for read_registers and write_registers.
unsigned number_of(unsigned place);

/// Whether the value is one that the trap instruction may leave in a register of Role::hardware.
bool is_hardware_value(Word value);

} // namespace conformance::isa
