// SPDX-License-Identifier: BSD-2-Clause
// Every sequence of moves up to a depth, in a small system. What has been seen is not gone through
// again: states are kept as hashes.
#pragma once

#include "machine.hpp"

#include <chrono>

namespace model {

struct Scope {
    const char* name;
    Layout layout;
    std::vector<Step> opening;
    /// All that the current thread may do next.
    std::vector<Step> (*moves)(const System& system);
    unsigned quick; ///< Depth of the ordinary run,
    unsigned full;  ///< and of the full one.
};

struct Explored {
    uint64_t states = 0;
    uint64_t steps = 0;
    std::string failure; ///< With the moves that lead to it.
};

/// Says now and then how far a search is.
class Progress {
public:
    explicit Progress(const char* name) : name_(name) {}
    void say(const Explored& so_far);

private:
    static constexpr unsigned every_seconds = 10;

    const char* name_;
    std::chrono::steady_clock::time_point next_ =
        std::chrono::steady_clock::now() + std::chrono::seconds(every_seconds);
};

/// Kernel and model are compared after every step; in every new state the invariants are checked.
Explored explore(const Scope& scope, unsigned depth, Progress& progress);

/// Opens the door to the next moves; throws what does not hold.
void require_invariants(kernel::Cpu& cpu);

/// A number for a state; times count from now.
uint64_t hash(const std::vector<uint64_t>& words);

Scope capability_scope();
Scope ipc_scope();
Scope lending_scope();
Scope time_scope();

/// Revoke, delete and retype, preempted at each point, with every other operation in between; with
/// `twice` at each two points.
Explored explore_preemption(bool twice, Progress& progress);

// Tools of the scopes.
Step invoke(Method method, Word path, std::vector<Word> words = {},
            std::vector<Word> capabilities = {});
Step retype(ObjectType type, Word size_bits, Word first, Word count = 1,
            Word untyped = slot_untyped);
Step form(Syscall number, Word path, Word reply = 0);
/// A thread without a buffer, with this priority, and, unless 0, on this context.
std::vector<Step> ready_thread(Word thread, Word priority, Word context, Word budget = 1'000'000,
                               Word period = 1'000'000);

} // namespace model
