// SPDX-License-Identifier: BSD-2-Clause
// The abstract state of a system: what kernel and model write down alike, to be compared word by
// word after every step.
#pragma once

#include <cobnut/abi/types.hpp>

#include <stdint.h>

#include <string>
#include <vector>

namespace model {

using cobnut::Word;
using cobnut::word_bits;

/// An object: its physical address. A slot: its own; a thread's own slots are the thread's name
/// + 1 to 5. 0 is nobody, and the root of the derivation tree.
using Name = uint64_t;
using Ticks = uint64_t;

inline constexpr Name limbo = 1; ///< The kernel's own slot for what lay in the way of a zombie.
inline constexpr unsigned slot_bytes = 32;
inline constexpr unsigned message_registers = 4; ///< Of the simulated machine.

/// Records of words: kind and length, then fields whose names are known by kind.
class StateWriter {
public:
    enum Record : uint8_t {
        capability,
        thread,
        buffer,
        endpoint,
        notification,
        reply,
        context,
        space,
        processor,
    };

    void begin(Record kind) {
        head_ = words.size();
        words.push_back(kind);
    }
    void add(uint64_t word) { words.push_back(word); }
    template <class... Words>
    void add(uint64_t first, Words... more) {
        words.push_back(first);
        add(more...);
    }
    void end() { words[head_] |= (words.size() - head_ - 1) << 8; }
    void clear() { words.clear(); }

    /// A point in time: as it is, or from `now` on.
    void add_time(Ticks time) { words.push_back(time - now); }

    std::vector<uint64_t> words;
    Ticks now = 0;

private:
    size_t head_ = 0;
};

/// A line of text for each record.
std::vector<std::string> describe(const std::vector<uint64_t>& words);

/// The lines in which two states differ.
std::string difference(const std::vector<uint64_t>& kernel, const std::vector<uint64_t>& model);

} // namespace model
