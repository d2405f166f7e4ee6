// SPDX-License-Identifier: BSD-2-Clause
// Fills and checks the registers of both partners.
#include "parties.hpp"

namespace conformance {

using isa::Role;

Party mine, theirs;
CapIndex endpoint, reply, other;
volatile Word done;

namespace {

/// Whose FP/SIMD registers are live, and the handler of those who have none and try.
struct State {
    bool mine = false, theirs = false;
    bool my_guard = false, their_guard = false;
    CapIndex handler = 0, reply = 0;
    volatile Word faults = 0;
};
State state;

bool is_main() {
    return &local() == &areas[0].local;
}
bool has_fpu() {
    return is_main() ? state.mine : state.theirs;
}
bool is_guarded() {
    return is_main() ? state.my_guard : state.their_guard;
}

/// Passes the fault of touch_fpu() over, and takes no other.
void guard(Word) {
    Received fault = recv(state.handler, state.reply);
    for (;;) {
        expect("a fault of FP/SIMD", fault.label(), FaultType::user_exception);
        expect("its place", fault[0], reinterpret_cast<Word>(&isa::touch_fpu));
        state.faults = state.faults + 1;
        fault = reply_recv(state.handler, state.reply,
                           Tag(static_cast<Word>(FaultReply::resume), 1),
                           {fault[0] + isa::touch_size});
    }
}

void start_guard() {
    state.handler = make_endpoint();
    state.reply = make_reply();
    const Worker worker = start(guard, 0, {.priority = max_priority});
    succeed("make it passive", request(worker.context, Method::sched_context_unbind));
}

void set_my_fpu(bool live) {
    succeed("set flags", request(own::thread, Method::thread_set_flags,
                                 {live ? 0 : ThreadFlags::fpu, live ? ThreadFlags::fpu : 0}));
}

void load_fpu(Party& party, Word seed) {
    party.after = party.before;
    party.has_fpu = has_fpu();
    if (party.has_fpu) {
        isa::fill(party.fpu_before, seed);
        isa::load_fpu(party.fpu_before);
    }
}
void store_fpu(Party& party) {
    if (party.has_fpu) {
        isa::store_fpu(party.fpu_after);
    } else if (is_guarded()) {
        const Word before = state.faults;
        isa::touch_fpu();
        expect("FP/SIMD is not for this thread", state.faults, before + 1);
    }
}

void check_one(const Party& party, unsigned number, Word wanted, Location location) {
    const Word got = party.after.word[number];
    if (got != wanted)
        note("register", number);
    expect("a register", got, wanted, location);
}

/// A register that may only be 0 or what it was.
void check_cleared(const Party& party, unsigned number, Location location) {
    if (party.after.word[number] != party.before.word[number])
        check_one(party, number, 0, location);
}

void check_flags(const Party& party, Word wanted, Location location) {
    expect("flags", party.after.flags & isa::flags_mask, wanted, location);
}

void check_fpu(const Party& party, Location location) {
    for (unsigned index = 0; party.has_fpu && index < isa::fpu_words; ++index) {
        if (party.fpu_after.word[index] != party.fpu_before.word[index])
            note("word of the FP/SIMD registers", index);
        expect("FP/SIMD", party.fpu_after.word[index], party.fpu_before.word[index], location);
    }
}

void check_register(const Party& party, unsigned number, const Result& result, Location location) {
    const Word got = party.after.word[number];
    const bool answered = result.kind != Result::nothing;
    switch (isa::roles[number]) {
    case Role::preserved: check_one(party, number, party.before.word[number], location); break;
    case Role::cleared: check_cleared(party, number, location); break;
    case Role::hardware:
        if (!isa::is_hardware_value(got, party.before))
            check_cleared(party, number, location);
        break;
    case Role::capability:
        if (answered)
            check_one(party, number, result.badge, location);
        else
            check_cleared(party, number, location);
        break;
    case Role::tag:
        if (answered)
            check_one(party, number, result.tag.raw(), location);
        else if (got != Tag::failure(Error::none).raw())
            check_cleared(party, number, location);
        break;
    case Role::message: break;
    }
}

} // namespace

Result fault_for(const Party& handler, FaultType type) {
    Result fault{Result::words, 0, Tag(static_cast<Word>(type), fault_words, 0, Kind::fault),
                 nullptr, {}};
    for (unsigned index = 0; index < arch::message_registers; ++index)
        fault.word[index] = index < 4 ? handler.after.word[isa::message_places[index]] : 0;
    return fault;
}

void prepare() {
    endpoint = make_endpoint();
    reply = make_reply();
    done = 0;
}

Worker start_partner(Entry entry, Word argument, Options options, Location location) {
    options.fpu = state.theirs;
    state.their_guard = state.handler != 0 && !state.theirs &&
                        options.fault_handler == own::fault_handler &&
                        (options.flags & ThreadFlags::alien) == 0;
    if (state.their_guard)
        options.fault_handler = state.handler;
    return start(entry, argument, options, location);
}

bool partner_has_fpu() {
    return state.theirs;
}

Worker start_passive(Entry entry, Word argument) {
    const Worker worker = start_partner(entry, argument);
    succeed("make it passive", request(worker.context, Method::sched_context_unbind));
    return worker;
}

void handle_my_faults(CapIndex handler) {
    succeed("set handler", request(own::thread, Method::thread_set_fault_handler, {}, {handler}));
    state.my_guard = handler == state.handler && !state.mine;
}

void go(Party& party, Word seed, Syscall form, CapIndex capability, Tag tag, Words words,
        CapIndex with_reply, CapIndex second) {
    isa::fill(party.before, seed);
    isa::set_form(party.before, form, with_reply, second);
    party.before.word[isa::place_of(Role::capability)] = capability;
    party.before.word[isa::place_of(Role::tag)] = tag.raw();
    unsigned index = 0;
    for (const Word word : words)
        party.before.word[isa::message_places[index++]] = word;
    load_fpu(party, seed);
    isa::trap_with(party.after, form);
    store_fpu(party);
    count_refusal(Tag(party.after.word[isa::place_of(Role::tag)]));
}

void go_undefined(Party& party, Word seed) {
    isa::fill(party.before, seed);
    load_fpu(party, seed);
    isa::undefined_with(party.after);
    store_fpu(party);
}

void go_spinning(Party& party, Word seed, Word rounds) {
    isa::fill(party.before, seed);
    party.before.word[isa::counting_place] = rounds;
    load_fpu(party, seed);
    isa::spin_with(party.after);
    party.before.word[isa::counting_place] = 0;
    store_fpu(party);
}

void check(const Party& party, const Result& result, Location location) {
    for (unsigned number = 0; number < isa::register_count; ++number)
        check_register(party, number, result, location);
    for (unsigned index = 0; index < arch::message_registers; ++index) {
        const unsigned number = isa::message_places[index];
        if (result.kind == Result::words)
            check_one(party, number, result.word[index], location);
        else if (result.kind == Result::from_partner)
            check_one(party, number, result.partner->word[number], location);
        else
            check_cleared(party, number, location);
    }
    if (isa::flags_role == Role::preserved || (party.after.flags & isa::flags_mask) != 0)
        check_flags(party, party.before.flags, location);
    check_fpu(party, location);
}

void check_unchanged(const Party& party, Location location) {
    for (unsigned number = 0; number < isa::register_count; ++number)
        if (isa::roles[number] != Role::hardware ||
            !isa::is_hardware_value(party.after.word[number], party.before))
            check_one(party, number, party.before.word[number], location);
    check_flags(party, party.before.flags, location);
    check_fpu(party, location);
}

void in_each_state(void (*rule)()) {
    const auto* info = reinterpret_cast<const BootInfo*>(place::boot_info);
    rule();
    if (info->fpu_thread_size_bits == 0)
        return;
    for (const unsigned live : {1u, 2u, 3u}) {
        start_over();
        state.mine = (live & 1) != 0;
        state.theirs = (live & 2) != 0;
        start_guard();
        set_my_fpu(state.mine);
        handle_my_faults(state.handler);
        rule();
        handle_my_faults(own::fault_handler);
    }
}

} // namespace conformance
