// SPDX-License-Identifier: BSD-2-Clause
// Contract: the registers of a thread as they lie in its object.
#pragma once

#include <arch/registers.hpp>

#include <generic/base/types.hpp>

#include <concepts>

namespace contract {

using kernel::Word;

/// arch::Registers begins with the voluntary frame (callee-saved registers, stack pointer, program
/// counter, flags, thread registers), then the argument registers (capability/badge, tag, message
/// words, reply, second capability), then the rest. It lies at Thread offset 64 (64-bit) or 40
/// (32-bit), and offsets are static_asserted beside it.
///
/// init_user(ip, sp, argument): registers of a new thread (everything else zero, user mode).
/// rewind(): the program counter goes back to the trap instruction (2 or 4 bytes long), so that
///   the system call is made again. advance() would undo it.
/// complete(): what voluntary frame and arguments do not hold gets a defined value, so that the
///   frame can be left as a full one.
/// words()/get(n)/set(n, v): the ABI's view for read_registers and write_registers: ip, sp, flags,
///   then the general registers in the ISA's order, then thread registers. set() sanitises:
///   privileged flag bits are kept, non-canonical addresses become an error (returns false).
/// tag_and_words(): where tag and message words lie, one behind the other.
/// message_words: in CPU registers.
template <class R>
concept Registers = std::is_standard_layout_v<R> && requires(R r, const R c, unsigned n, Word w) {
    { R::message_words } -> std::convertible_to<unsigned>;
    { R::word_count } -> std::convertible_to<unsigned>;
    { c.capability() } noexcept -> std::same_as<Word>;
    { c.tag() } noexcept -> std::same_as<Word>;
    { c.message(n) } noexcept -> std::same_as<Word>;
    { c.tag_and_words() } noexcept -> std::same_as<const Word*>;
    { c.reply() } noexcept -> std::same_as<Word>;
    // As its register has it when reply_recv is called.
    { c.reply_word() } noexcept -> std::same_as<Word>;
    { T::reply_word(Word{}) } noexcept -> std::same_as<Word>;
    { c.second_capability() } noexcept -> std::same_as<Word>;
    { r.set_badge(w) } noexcept;
    { r.set_tag(w) } noexcept;
    { r.set_message(n, w) } noexcept;
    { c.ip() } noexcept -> std::same_as<Word>;
    { c.sp() } noexcept -> std::same_as<Word>;
    { r.set_ip(w) } noexcept -> std::same_as<bool>;
    { r.set_sp(w) } noexcept -> std::same_as<bool>;
    { r.rewind() } noexcept;
    { r.complete() } noexcept;
    { r.init_user(w, w, w) } noexcept;
    { c.get(n) } noexcept -> std::same_as<Word>;
    { r.set(n, w) } noexcept -> std::same_as<bool>;
    { R::held_when_voluntary(n) } noexcept -> std::same_as<bool>;
};

static_assert(Registers<arch::Registers>);

} // namespace contract
