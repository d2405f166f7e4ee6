// SPDX-License-Identifier: BSD-2-Clause
// Exhaustive search through small systems.
#include "explore.hpp"
#include "snapshot.hpp"

#include "../unit/invariants.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <unordered_map>

namespace test {

void broken_invariant(const char* condition) {
    throw std::runtime_error(std::string("  invariant: ") + condition + "\n");
}

} // namespace test

namespace model {

uint64_t hash(const std::vector<uint64_t>& words) {
    uint64_t sum = words.size();
    for (const uint64_t word : words) {
        sum ^= word + 0x9e3779b97f4a7c15 + (sum << 12) + (sum >> 4);
        sum *= 0xff51afd7ed558ccd;
        sum ^= sum >> 33;
    }
    return sum;
}

uint64_t Snapshot::difference(const Pair& pair) const {
    constexpr size_t piece = 512;
    std::vector<uint64_t> words;
    const auto add = [&](const unsigned char* now, const unsigned char* before, size_t bytes) {
        for (size_t at = 0; at < bytes; at += piece) {
            const size_t size = std::min(piece, bytes - at);
            if (std::memcmp(now + at, before + at, size) == 0)
                continue;
            const size_t used = words.size();
            words.resize(used + 1 + piece / sizeof(uint64_t));
            words[used] = at;
            std::memcpy(&words[used + 1], now + at, size);
        }
    };
    add(arch::host::ram, memory_.data(), pair.memory_end());
    words.push_back(words.size());
    add(reinterpret_cast<const unsigned char*>(&kernel::kernel_state), kernel_.data(),
        kernel_.size());
    return hash(words);
}

void require_invariants(kernel::Cpu& cpu) {
    test::check_invariants(cpu);
}

namespace {

class Explorer {
public:
    Explorer(const Scope& scope, Progress& progress)
        : scope_(scope), progress_(progress), pair_(scope.layout) {}

    Explored run(unsigned depth) {
        for (const Step& step : scope_.opening)
            if (std::string text = pair_.step(step); !text.empty()) {
                result_.failure = "in the opening:\n" + text;
                return result_;
            }
        visit(depth);
        result_.states = seen_.size();
        return result_;
    }

private:
    bool fail(const std::string& text) {
        std::vector<Step> steps = scope_.opening;
        steps.insert(steps.end(), path_.begin(), path_.end());
        result_.failure = text + print_case(scope_.layout, steps);
        return false;
    }

    /// False: something failed.
    bool visit(unsigned depth) {
        const Snapshot here(pair_);
        for (const Step& step : scope_.moves(pair_.model)) {
            here.restore(pair_);
            path_.push_back(step);
            ++result_.steps;
            progress_.say({seen_.size(), result_.steps, {}});
            if (const std::string text = pair_.step(step); !text.empty())
                return fail(text);
            if (!go_on(depth - 1))
                return false;
            path_.pop_back();
        }
        here.restore(pair_);
        return true;
    }

    bool go_on(unsigned depth) {
        relative_.clear();
        relative_.now = pair_.model.now;
        pair_.model.write(relative_);
        const auto [place, fresh] =
            seen_.try_emplace(hash(relative_.words), static_cast<uint8_t>(depth));
        if (fresh) {
            try {
                require_invariants(pair_.cpu());
            } catch (const std::runtime_error& broken) {
                return fail(broken.what());
            }
        } else if (place->second >= depth) {
            return true;
        }
        place->second = static_cast<uint8_t>(depth);
        return depth == 0 || pair_.is_over() || visit(depth);
    }

    const Scope& scope_;
    Progress& progress_;
    Pair pair_;
    std::vector<Step> path_;
    std::unordered_map<uint64_t, uint8_t> seen_; ///< How deep was looked from there.
    StateWriter relative_;
    Explored result_;
};

} // namespace

void Progress::say(const Explored& so_far) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_)
        return;
    next_ = now + std::chrono::seconds(every_seconds);
    std::fprintf(stderr, "%s: %llu states, %llu steps\n", name_,
                 static_cast<unsigned long long>(so_far.states),
                 static_cast<unsigned long long>(so_far.steps));
}

Explored explore(const Scope& scope, unsigned depth, Progress& progress) {
    return Explorer(scope, progress).run(depth);
}

Step invoke(Method method, Word path, std::vector<Word> words, std::vector<Word> capabilities) {
    return {.path = path,
            .label = static_cast<Word>(method),
            .words = std::move(words),
            .capabilities = std::move(capabilities)};
}

Step retype(ObjectType type, Word size_bits, Word first, Word count, Word untyped) {
    return invoke(Method::untyped_retype, untyped,
                  {static_cast<Word>(type), size_bits, 0, 0, first, count}, {slot_cnode});
}

Step form(Syscall number, Word path, Word reply) {
    return {.form = number, .path = path, .label = 1, .reply = reply};
}

std::vector<Step> ready_thread(Word thread, Word priority, Word context, Word budget,
                               Word period) {
    std::vector<Step> steps = {
        invoke(Method::thread_set_space, thread, {0}, {slot_cnode, slot_space}),
        invoke(Method::thread_set_priority, thread, {priority, 255}, {slot_thread})};
    if (context != 0) {
        steps.push_back(invoke(Method::sched_control_configure, slot_control,
                               {budget, 0, period, 0, 0, thread}, {context}));
        steps.push_back(invoke(Method::sched_context_bind, context, {}, {thread}));
    }
    return steps;
}

} // namespace model
