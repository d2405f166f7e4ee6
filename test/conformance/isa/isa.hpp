// SPDX-License-Identifier: BSD-2-Clause
// What the tests need of an ISA beyond user/lib: written once per ISA in isa/ISA/isa.cpp.
#pragma once

#include "../message.hpp"

namespace conformance::isa {

/// Machine code of a function that returns its first argument plus 1, for a page of its own.
extern const unsigned char increment_code[];
extern const size_t increment_size;

/// Address of an undefined instruction, and its length: execution goes on behind it.
[[gnu::noinline]] void undefined_instruction();
extern const Word undefined_size;

/// The ISA's breakpoint instruction, and how far behind the fault's instruction pointer it ends.
[[gnu::noinline]] void breakpoint_instruction();
extern const Word breakpoint_size;

/// So many identifiers of address spaces a machine of this ISA may have.
extern const unsigned address_space_identifiers;

/// Bytes of a load by load(): a fault's handler skips it by as much.
extern const Word access_size;
/// One load and one store instruction of a word, and nothing else that may fault.
Word load(Word address);
void store(Word address, Word value);

/// Fills every callee-saved register with values made from `seed`, does `nb_send` on `capability`,
/// and tells how many of them came back changed.
Word changed_callee_saved(Word seed, CapIndex capability);

/// Fills the caller-saved registers that carry no result with `seed`, does the same, and tells how
/// many of them came back as anything but 0.
Word uncleared(Word seed, CapIndex capability);

/// A counter that only threads with ThreadFlags::counters may read, whatever the firmware does.
void read_counter();
/// The cycle counter, whatever it counts.
Word read_cycles();
/// Bytes of its instruction that may fault.
extern const Word counter_size;

/// FP/SIMD registers: fill all with values made from the seed; how many differ from them.
void fill_fpu(Word seed);
Word changed_fpu(Word seed);

/// Spins that many rounds with every general register that the compiler leaves to asm holding
/// values made from `seed`; how many changed. For preemption.
Word changed_while_spinning(Word seed, Word rounds);

/// A call with the stack pointer at `stack`: where that points afterwards. `tag` becomes the answer's.
Word stack_after_call(Word stack, CapIndex capability, Word& tag);

/// Each executes one instruction that user level may not, and returns if it could.
extern const Entry privileged[];
extern const size_t privileged_count;

/// Machine words around the instructions that change the state of the machine: the free bits take
/// any value.
struct Pattern {
    uint32_t fixed;
    uint32_t free;
};
extern const Pattern system_instructions[];
extern const size_t system_instruction_count;

/// Takes out of random machine code what makes the emulator itself fail.
void spare_emulator(volatile unsigned char* code, size_t size);

/// The register that a thread may use as it likes (TPIDR_EL0, tp, FS base, TPIDRURW).
void set_thread_word(Word value);
Word thread_word();

} // namespace conformance::isa
