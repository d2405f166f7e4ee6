// SPDX-License-Identifier: BSD-2-Clause
// Which tests run: globs, one per line, of which a rule must match one. No globs: all tests.
#pragma once

#include <cobnut/format/bytes.hpp>

namespace conformance {

using cobnut::format::Text;

class Filter {
public:
    constexpr Filter() = default;
    constexpr explicit Filter(Text globs) : globs_(globs) {}

    [[nodiscard]] constexpr bool takes(Text rule) const {
        bool any = false;
        for (Text rest = globs_; !rest.empty();) {
            const size_t end = rest.find('\n');
            const Text glob = rest.first(end);
            rest = rest.from(end + 1);
            if (glob.empty())
                continue;
            any = true;
            if (matches(glob, rule))
                return true;
        }
        return !any;
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
    Text globs_;
};

static_assert(Filter::matches("ipc*", "ipc: a") && Filter::matches("*a?", "ipc: ab"));
static_assert(!Filter::matches("ipc", "ipc: a") && Filter::matches("*", ""));

} // namespace conformance
