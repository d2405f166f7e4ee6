// SPDX-License-Identifier: BSD-2-Clause
// Two threads that fill all their registers around a way into the kernel, and what each may find
// behind it: preserved is as it was, messages are the partner's, and nothing else is told.
#pragma once

#include "../isa/isa.hpp"
#include "../isa/register_file.hpp"
#include "../test.hpp"

namespace conformance {

/// A thread's registers around one system call, fault or interrupt.
struct Party {
    isa::RegisterFile before, after;
    isa::FpuFile fpu_before, fpu_after;
    bool has_fpu; ///< Its FP/SIMD registers were live.
};

extern Party mine, theirs;
extern CapIndex endpoint, reply, other;
extern volatile Word done;

/// What messages and tag may be afterwards.
struct Result {
    enum Kind : uint8_t { nothing, words, from_partner } kind = nothing;
    Word badge = 0;
    Tag tag{};
    const isa::RegisterFile* partner = nullptr; ///< Whose message words they are.
    Word word[arch::message_registers] = {};
};

inline Result failed(Error error) {
    return {Result::words, 0, Tag::failure(error), nullptr, {}};
}
inline Result message_of(const Party& sender, Word badge, Tag tag) {
    return {Result::from_partner, badge, tag, &sender.before, {}};
}
inline Result signalled(Word flags) {
    return {Result::words, flags, Tag(0, 0, 0, Kind::signal), nullptr, {}};
}
inline Result succeeded() {
    return {Result::words, 0, Tag(static_cast<Word>(Error::none), 0), nullptr, {}};
}
/// The fault that came to the handler, whose words the ISA decides.
Result fault_for(const Party& handler, FaultType type);

/// Fresh Endpoint and Reply.
void prepare();
/// As conformance::start; the thread has live FP/SIMD registers if it is their turn.
Worker start_partner(Entry entry, Word argument = 0, Options options = {},
                     Location location = here());
bool partner_has_fpu();
/// A thread that serves by what its callers lend it.
Worker start_passive(Entry entry, Word argument = 0);

/// The Endpoint gets the main thread's faults.
void handle_my_faults(CapIndex handler);

/// One system call; `words` are the first of the message, the others are the pattern.
void go(Party& party, Word seed, Syscall form, CapIndex capability, Tag tag, Words words = {},
        CapIndex with_reply = 0, CapIndex second = 0);
/// An undefined instruction; so many rounds of a loop.
void go_undefined(Party& party, Word seed);
void go_spinning(Party& party, Word seed, Word rounds);

void check(const Party& party, const Result& result, Location location = here());
/// Every register is as it was, but for those that the trap instruction writes.
void check_unchanged(const Party& party, Location location = here());

/// Runs the rule with FP/SIMD registers live in neither partner, one of them, or both. Where one
/// has none, it tries to use them behind each way: it must fault.
void in_each_state(void (*rule)());

/// The same, for the table of rules.
template <class Rule>
constexpr auto paired(Rule) {
    return +[] { in_each_state(Rule{}); };
}

} // namespace conformance
