// SPDX-License-Identifier: BSD-2-Clause
// What the archive's `options.txt` asks of the suite; one `key value` per line:
//   filter GLOB   only the rules that match one of the globs
//   repeat N      each test N times
//   effort N      random and hostile tests make N times as many rounds
//   reset 1       at the end the machine is reset, not switched off
//   seed N        the random tests start with this seed instead of their own
#pragma once

#include <cobnut/format/bytes.hpp>

namespace conformance {

using cobnut::format::Text;

class Wishes {
public:
    constexpr Wishes() = default;
    constexpr explicit Wishes(Text lines) : lines_(lines) {}

    /// Whether a test with this rule runs.
    [[nodiscard]] constexpr bool takes(Text rule) const {
        bool any = false;
        for (Text rest = lines_; !rest.empty();) {
            const Text glob = value(next_line(rest), "filter ");
            if (glob.empty())
                continue;
            any = true;
            if (matches(glob, rule))
                return true;
        }
        return !any;
    }

    /// Whether there is no filter.
    [[nodiscard]] constexpr bool takes_all() const { return takes(""); }

    /// The number behind `key` (with its blank), or another.
    [[nodiscard]] constexpr uint64_t number(Text key, uint64_t otherwise) const {
        for (Text rest = lines_; !rest.empty();) {
            const Text digits = value(next_line(rest), key);
            uint64_t result = 0;
            for (size_t at = 0; at < digits.size(); ++at)
                result = result * 10 + static_cast<uint64_t>(digits[at] - '0');
            if (!digits.empty())
                return result;
        }
        return otherwise;
    }

    /// `*` stands for any characters, `?` for one.
    [[nodiscard]] static constexpr bool matches(Text glob, Text text) {
        size_t at = 0, star = glob.size(), retry = 0, in = 0;
        while (in < text.size()) {
            if (at < glob.size() &&
                (glob[at] == '?' || (glob[at] == text[in] && glob[at] != '*'))) {
                ++at;
                ++in;
            } else if (at < glob.size() && glob[at] == '*') {
                star = at++;
                retry = in;
            } else if (star < glob.size()) {
                at = star + 1;
                in = ++retry;
            } else {
                return false;
            }
        }
        while (at < glob.size() && glob[at] == '*')
            ++at;
        return at == glob.size();
    }

private:
    /// The first line of the text, which is taken from it.
    static constexpr Text next_line(Text& text) {
        const size_t end = text.find('\n');
        const Text line = text.first(end);
        text = text.from(end + 1);
        return line;
    }
    /// What follows the key in a line that begins with it.
    static constexpr Text value(Text line, Text key) {
        return line.starts_with(key) ? line.from(key.size()) : Text();
    }

    Text lines_;
};

static_assert(Wishes::matches("ipc*", "ipc: a") && Wishes::matches("*a?", "ipc: ab"));
static_assert(!Wishes::matches("ipc", "ipc: a") && Wishes::matches("*", ""));
static_assert(Wishes("repeat 12\nfilter a*\n").number("repeat ", 1) == 12);
static_assert(Wishes("repeat 12\nfilter a*\n").takes("ab"));
static_assert(!Wishes("filter b\nfilter a*\n").takes("ba"));

} // namespace conformance
