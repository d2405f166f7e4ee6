// SPDX-License-Identifier: BSD-2-Clause
// What a test is made of: checks that end it, objects, threads, mappings.
#pragma once

#include "domain.hpp"
#include "objects.hpp"

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/abi/fault.hpp>

namespace conformance {

struct Test {
    const char* rule;
    void (*run)(); ///< Null: the harness judges what the others have shown.
};

struct Chapter {
    const char* name;
    const Test* tests;
    size_t count;
};

extern const Chapter* const chapters[];
extern const size_t chapter_count;
extern Handover handover;

struct Location {
    const char* file;
    unsigned line;
};

constexpr Location here(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
}

/// Ends the test.
[[noreturn]] void finish(Verdict verdict, const char* what = "", Word expected = 0, Word got = 0,
                         Location location = {"", 0});
[[noreturn]] inline void skip(const char* why) {
    finish(Verdict::skipped, why);
}
/// A line of the log.
void note(const char* what, Word value, Word other = 0);

template <class Got, class Wanted>
void expect(const char* what, Got got, Wanted wanted, Location location = here()) {
    if (static_cast<Word>(got) != static_cast<Word>(wanted))
        finish(Verdict::failed, what, static_cast<Word>(wanted), static_cast<Word>(got), location);
}
/// As above; a test has now asked for this answer of the operation.
template <class Wanted>
void expect(const char* what, Answer got, Wanted wanted, Location location = here()) {
    expect(what, got.error, static_cast<Error>(wanted), location);
    answers_expected.mark(got.operation, got.error);
}
inline void require(const char* what, bool condition, Location location = here()) {
    if (!condition)
        finish(Verdict::failed, what, 1, 0, location);
}
/// The answer carries this error.
inline void expect_error(const char* what, const Received& answer, Error wanted,
                         Location location = here()) {
    expect(what, answer.error(), wanted, location);
}
inline void succeed(const char* what, const Received& answer, Location location = here()) {
    expect(what, answer.error(), Error::none, location);
}

inline constexpr Node self{own::cnode, word_bits};

/// Free slots of the domain, consecutive.
CapIndex slots(unsigned count = 1);
CapIndex make(ObjectType type, Word size_bits = 0, Location location = here());
/// Consecutive slots from the result on.
CapIndex make_many(ObjectType type, Word size_bits, unsigned count, Location location = here());
inline CapIndex make_endpoint(Location location = here()) {
    return make(ObjectType::endpoint, 0, location);
}
inline CapIndex make_notification(Location location = here()) {
    return make(ObjectType::notification, 0, location);
}
inline CapIndex make_reply(Location location = here()) {
    return make(ObjectType::reply, 0, location);
}
inline CapIndex make_frame(unsigned bits = 12, Location location = here()) {
    return make(ObjectType::frame, bits, location);
}
/// A child of the capability, in a new slot.
CapIndex minted(CapIndex source, Rights rights, Word badge, Location location = here());
CapIndex copied(CapIndex source, Rights rights = Rights::all(), Location location = here());

inline Received identify(CapIndex slot) {
    return request(own::cnode, Method::cnode_identify, {slot, word_bits});
}
/// Where a Frame capability is mapped, with bit 0 set; 0: nowhere.
inline Word mapping_of(CapIndex frame) { return identify(frame)[6]; }
inline bool is_empty(CapIndex slot) {
    return identify(slot)[0] == static_cast<Word>(ObjectType::null);
}

/// Maps with the page tables that it takes; the error of frame_map where it is not missing_table.
Received map(CapIndex frame, Word address, Rights rights = Rights::read_write(),
             Word attributes = MapAttributes::execute_never, CapIndex space = own::space);
template <class T>
volatile T& at(Word address) {
    return *reinterpret_cast<volatile T*>(address);
}

struct Options {
    unsigned priority = main_priority + 10;
    bool resume = true;
    bool with_context = true;
    bool with_buffer = true;
    uint64_t budget = 10000; ///< Microseconds.
    uint64_t period = 10000;
    CapIndex fault_handler = own::fault_handler;
    CapIndex space = own::space;
    Word flags = 0;
    bool fpu = false;
};

struct Worker {
    CapIndex thread = 0;
    CapIndex context = 0;
    CapIndex buffer_frame = 0;
    Local* local = nullptr;
};

/// A thread of this domain that runs `entry(argument)`; one of a higher priority has run until it
/// blocks when this returns.
Worker start(Entry entry, Word argument = 0, Options options = {}, Location location = here());
/// Gives a thread that has not run yet an address space of its own with the program's code, its stack
/// and its buffer; data are not mapped there. The result is where the test sees the stack.
Local& move_abroad(const Worker& worker);
/// The stack of the thread that was started last, which is deleted, is the next one's.
void forget_stack();
/// Deletes all that the test has made, its other threads included: as at its begin.
void start_over();
/// The rest of a thread that has nothing to do any more.
[[noreturn]] void rest();

inline Received suspend(CapIndex thread) {
    return request(thread, Method::thread_suspend);
}
inline Received resume(CapIndex thread) {
    return request(thread, Method::thread_resume);
}

/// Ticks of the clock (the domain's threads may read it).
uint64_t clock();
uint64_t microseconds(uint64_t ticks);

/// Every refusal that the debug kernel tells is counted by who sees it, and the numbers are compared
/// (tools/cobnut_tool/refusals.py). These were refused and nobody was answered:
void refusals_unseen(Word count, const char* why);
/// How many there are cannot be said of this test.
void refusals_uncounted(const char* why);

/// Whether this is a debug kernel, which tells each refusal on the console.
bool kernel_tells();
/// Of so many rounds of calls that are refused more often than not: a debug kernel gets a hundredth.
inline Word refused_rounds(Word count) {
    return count * static_cast<Word>(handover.effort) / (kernel_tells() ? 100 : 1);
}

/// The seed that the user chose (--seed), or the test's own.
inline Word seed_or(Word own_seed) {
    return handover.seed != 0 ? static_cast<Word>(handover.seed) : own_seed;
}

/// Pseudo-random words, the same in every run.
class Random {
public:
    constexpr explicit Random(uint32_t seed) : state_(seed) {}
    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_;
    }
    Word word() {
        if constexpr (word_bits == 32)
            return next();
        else
            return Word{next()} << (word_bits / 2) | next();
    }

private:
    uint32_t state_;
};

} // namespace conformance
