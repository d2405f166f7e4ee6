// SPDX-License-Identifier: BSD-2-Clause
// Steps that are likely to mean something in the state that the model is in.
#pragma once

#include "machine.hpp"

#include <random>
#include <span>

namespace model {

/// Where choices come from: a seed, or the bytes of a fuzzer.
class Choices {
public:
    explicit Choices(uint64_t seed) : random_(seed) {}
    explicit Choices(std::span<const uint8_t> bytes) : bytes_(bytes), from_bytes_(true) {}

    /// A number below `limit`, which is at least 1.
    unsigned below(unsigned limit) {
        if (!from_bytes_)
            return static_cast<unsigned>(random_() % limit);
        unsigned value = byte();
        if (limit > 256)
            value = value << 8 | byte();
        return value % limit;
    }
    bool once_in(unsigned n) { return below(n) == 0; }
    Word word() {
        if (!from_bytes_)
            return random_();
        Word value = 0;
        for (unsigned i = 0; i < 8; ++i)
            value = value << 8 | byte();
        return value;
    }
    template <class T>
    T one_of(std::initializer_list<T> values) {
        return values.begin()[below(static_cast<unsigned>(values.size()))];
    }
    [[nodiscard]] bool exhausted() const { return from_bytes_ && bytes_.empty(); }

private:
    uint8_t byte() {
        if (bytes_.empty())
            return 0;
        const uint8_t value = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return value;
    }

    std::mt19937_64 random_;
    std::span<const uint8_t> bytes_;
    bool from_bytes_ = false;
};

/// What a trace is about: how often each kind of step comes.
struct Mix {
    unsigned ipc = 8, capabilities = 6, threads = 4, time = 3, spaces = 3, faults = 1;
    bool clock = true; ///< Time passes.
    bool preemption = true;
};

/// The steps by which the first thread makes everything there is.
std::vector<Step> opening(Choices& choices, const Mix& mix);

class Generator {
public:
    Generator(const System& system, Choices& choices, const Mix& mix)
        : model_(system), choices_(choices), mix_(mix) {}

    Step next();

private:
    Word path_of(std::initializer_list<ObjectType> types);
    Word any_path();
    Word full_path();
    Word free_path();
    Word depth();
    Word victim();
    void message(Step& step);
    void rescue(Step& step);
    [[nodiscard]] bool is_capability_fault(const Step& step) const;
    void ipc(Step& step);
    void capabilities(Step& step);
    void threads(Step& step);
    void time(Step& step);
    void spaces(Step& step);
    void method(Step& step, Method method, Word path, std::vector<Word> words,
                std::vector<Word> sent = {});

    const System& model_;
    Choices& choices_;
    const Mix& mix_;
};

} // namespace model
