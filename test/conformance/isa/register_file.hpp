// SPDX-License-Identifier: BSD-2-Clause
// System calls, faults and interrupts with every register as a test wants it, before and after: the
// instructions are written once per ISA in isa/ISA/register_file.cpp.
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
    hardware, ///< The trap instruction itself, or the one that goes back, writes it.
};

inline constexpr unsigned max_registers = 31;

struct RegisterFile {
    Word word[max_registers];
    Word flags; ///< Only the bits of flags_mask count.
};

/// The general registers but the stack pointer, in the order in which the ISA numbers them.
extern const Role roles[];
extern const unsigned register_count;
/// Where the message words are, first to last.
extern const uint8_t message_places[arch::message_registers];
/// Where the register with this role is; the first one.
unsigned place_of(Role role);

/// The flags that user level may set; 0 where the ISA has none.
extern const Word flags_mask;
/// Preserved or cleared.
extern const Role flags_role;

/// Values made from `seed`, all different.
Word pattern(Word seed, unsigned number);
void fill(RegisterFile& file, Word seed);

/// Puts the number of the system call and the Reply and second capability into their registers.
void set_form(RegisterFile& file, Syscall form, CapIndex reply, CapIndex second);

/// Bytes of the trap instruction.
extern const Word trap_size;
/// Where spin_with() counts.
extern const unsigned counting_place;

extern "C" {
/// Loads all registers, makes the system call, stores all registers. One form beyond those that
/// there are may be 200.
void trap_with(RegisterFile& file, Syscall form);
/// The same, with an undefined instruction of undefined_size bytes.
void undefined_with(RegisterFile& file);
/// The same, with a loop that counts the register at counting_place down to 0.
void spin_with(RegisterFile& file);
/// One instruction, of touch_size bytes, that needs FP/SIMD and changes nothing.
void touch_fpu();
}
extern const Word touch_size;

/// The number of the file's register for read_registers and write_registers.
unsigned number_of(unsigned place);

/// Whether these may leave the value in a register of Role::hardware.
bool is_hardware_value(Word value, const RegisterFile& before);

inline constexpr unsigned max_fpu_words = 96;

/// All FP/SIMD registers, with those of control and status.
struct alignas(64) FpuFile {
    Word word[max_fpu_words];
};

extern const unsigned fpu_words;
/// Makes of any words what the registers can hold.
void make_valid(FpuFile& file);
/// What a new thread's registers are.
FpuFile new_fpu();
void load_fpu(const FpuFile& file);
void store_fpu(FpuFile& file);

void fill(FpuFile& file, Word seed);
unsigned differences(const FpuFile& one, const FpuFile& other);

} // namespace conformance::isa
