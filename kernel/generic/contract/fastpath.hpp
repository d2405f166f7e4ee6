// SPDX-License-Identifier: BSD-2-Clause
// Contract: what the fastpath template (ipc/fastpath.hpp) needs of an ISA.
#pragma once

#include <arch/brief_policy.hpp>
#include <arch/fast_policy.hpp>

#include <generic/base/types.hpp>

// arch::FastPolicy, all members static and always inlined. The file with the fastpath is compiled
// with the ISA's fast_cpp_args: message registers fixed (-ffixed-*), so that C++ never names them.
//
//   message_words                constant, as in arch::Registers
//   inserts_bytes                constant: one instruction replaces the low byte of a word
//   paths_apart                  constant: code may grow for paths of their own where something is known
//   interrupts_apart             perhaps: for them also where others are not
//   keeps_buffers                constant: registers suffice: where IPC buffers are stays there from the check to the
//                                copy, an address space to its switch, and what a signal has found
//   asks_shape_again             perhaps: the message's length does not
//   few_registers                perhaps: what only the slow path will need waits in memory
//   asks_again                   perhaps: a flag that is in memory anyway is loaded again rather than kept
//   struct Entry { kernel::Thread* current; kernel::Word reply; }  what the stub left in registers
//   Entry entry()
//   Entry entry_of(Thread* current)                the same in what continue_in leads to, behind second()
//   Word tag(const Entry&)       the tag register
//   unsigned gate_difference(const Entry&, uint32_t gate)   a thread's less Cpu::gate, of 32 bits or more
//   SchedContext* sched_context(const Entry&)      Cpu::sched_context
//   SchedContext* sched_context_again()            perhaps: the same, loaded again for want of registers
//   void set_current(const Entry&, Thread*)        Cpu::current
//   void clear(auto& word)       stores 0
//   void set_fpu_owner(const Entry&, Thread*)      Cpu::fpu_owner
//   Space{VSpace*}               what the next two want of an address space, loaded once
//   space_of(const Thread*)      perhaps: in the legs in its place, so that it need not be kept in a register
//   bool may_switch_space(Space)                   the token of the space is valid (has an asid)
//   void switch_space(const Entry&, Space)         nothing if it is the current one where that pays
//   Ticks now()                  arch::now() without a stack; perhaps early, but of this kernel entry
//   Ticks now_on_stack()         the same with one
//   void copy_words<apart>(Word* to, const Word* from, Word count)   count > 0; two instructions a word,
//                                or little code (`apart`)
//   void switch_fpu(void* from, const void* to)    fpu_save and fpu_restore without a function call
//   [[noreturn]] void leave(const Entry&, Thread*, Word badge)   voluntary frame back, clears, returns; tag and
//                                                  message words are in their registers untouched
//   [[noreturn]] void leave_with(Thread*, Word badge, const Word* message)   the same from the kernel stack;
//                                                  tag and message words are loaded from there
//   [[noreturn]] void leave_with_words(Thread*, Word badge, Word tag, const Word* words)   the same with
//                                                  the first of these, which are in registers mostly
//   Word first_word(const Entry&)   the message's, of an answer to a fault
//   [[noreturn]] void leave_full(Thread*)          as arch::leave_full, without a stack
// Where paths are apart:
//   [[noreturn]] void leave_with_arguments(Thread*)   from the kernel stack: the voluntary frame and the arguments
//
// Where signals_in_registers, a constant:
//   Found found(const Slot*)     what slow_signal and slow_message have left for kernel_fast_signal and
//                                kernel_fast_message, as their first statement: Thread* current; const Slot* slot;
//                                Word* queue, of the object; Word head, what it holds
//   Word number_of(const Found&, const Thread* current)   of the system call
//   void keep_message(const Entry&, Thread*)       stores tag and words in its object
//   [[noreturn]] void leave_with_signal(Thread*, Word badge)   as leave, with the message of a signal
//   [[noreturn]] void slow_send(const Entry&, Word path, Word number)   as those below
//
// Where memory_in_registers, a constant:
//   Thread* running()                              Cpu::current
//   Word message(const Entry&, unsigned)           one of the first three words of the message
//   bool is_traced(const Thread&)                  alien or debugged, unless the stub has looked
//   [[noreturn]] void leave_with_answer(const Entry&, Word tag)   back to the thread that came, with badge 0, this
//                                                  tag, message words 0; what C++ has used is restored or cleared
//   [[noreturn]] void continue_in<function>(first)   as below, without an object, perhaps without a stack
//   [[noreturn]] void slow_call_on(const Entry&, Word path, Slot*)   as slow_call, in kernel_call_on
//
//   [[noreturn]] void slow_call(const Entry&, Word path)          everything as at the fastpath's entry: continues
//   [[noreturn]] void slow_reply_recv(const Entry&, Word path)    in the slow entry of the stub with that number
//
//   [[noreturn]] void continue_in<function>(first, Object* second)   goes on in the function, which
//                                has `first` as its argument
//   Object* second<Object>()     and this as its first statement
//   Thread* kept_current()                         perhaps: the current thread, kept in a register by continue_with
//   [[noreturn]] void continue_with<function>(const Entry&, first, Object* second)   perhaps: the same, where
//                                registers of the message are variables: for entry_of

// arch::BriefPolicy:
//   struct Entry { kernel::Thread* current; kernel::Word number; }, Entry entry(), Ticks now()
//   Word number_of(const Entry&)
//   bool is_traced(const Entry&)                    alien or debugged, unless the stub has looked
//   [[noreturn]] void leave(const Entry&, Word path)     back to the thread: the registers of the
//                                                   system call as they came, the rest cleared
//   [[noreturn]] void leave_with(const Entry&, Word tag) with badge 0, this tag, message words 0
//   [[noreturn]] void slow(const Entry&, Word path)      everything as at its entry
//   [[noreturn]] void slow_with(const Entry&, Word path, const Slot*)    goes on in kernel_send with
//                                                   the frame and all argument registers stored;
//   or slow_with<function>: in that, kernel_signal, kernel_message or kernel_send; then also message_words and
//   Word tag(const Entry&)
//   void slow_signal(const Entry&, const Slot*, Word* queue, Word head)   where signals_in_registers: goes on in
//                                                   kernel_fast_signal, on the kernel stack, with the whole voluntary
//                                                   frame stored and what the argument registers hold behind the
//                                                   message words
//   void slow_message(const Entry&, Word path, const Slot*, Word* queue, Word head)   the same in kernel_fast_message,
//                                                   with the path stored too; then message_words and tag as above
//   [[noreturn]] void slow_yield(const Entry&, Word path)   perhaps: the same, in kernel_yield

// ARCH_FAST_CALL: calling convention or alignment of the entries, or nothing. ARCH_FAST_PARAMETERS: theirs, `path`
// among them; ARCH_FAST_FROM_STUB, ARCH_BRIEF_FROM_STUB: their Entry. As in fast_entries.hpp, or registers are
// arguments.

// Defined in ipc/fastpath.cpp and ipc/fastpath_brief.cpp.
extern "C" {
// From the stub, with the voluntary frame stored and no usable stack.
[[noreturn]] ARCH_FAST_CALL void kernel_fast_call(ARCH_FAST_PARAMETERS);
[[noreturn]] ARCH_FAST_CALL void kernel_fast_reply_recv(ARCH_FAST_PARAMETERS);
// The other system calls in range, with whatever the stub does before it; the ISA's
// fast_brief_cpp_args keep C++ away from what is not saved.
[[noreturn]] ARCH_FAST_CALL void kernel_fast_brief(ARCH_FAST_PARAMETERS);
// From them, on the kernel stack.
[[noreturn]] void kernel_fast_call_exchange(const kernel::Slot* slot);
[[noreturn]] void kernel_fast_reply_recv_exchange(kernel::Word path);
[[noreturn]] void kernel_fast_memory(kernel::Word path);
[[noreturn]] void kernel_fast_signal(const kernel::Slot* slot);
[[noreturn]] void kernel_fast_message(const kernel::Slot* slot);
}
