// SPDX-License-Identifier: BSD-2-Clause
// Whether the tests have seen what the ABI's tables of methods and forms say of errors.
#pragma once

#include "../answers.hpp"
#include "console.hpp"

#include <lib/message.hpp>

namespace conformance {

enum class Verdict : uint8_t;

class Reference {
public:
    /// Whether it was a report of answers (Verdict::given, Verdict::expected).
    bool takes(Verdict kind, const cobnut::Message& message);

    /// Judges rule `number` of the reference's chapter and prints what contradicts it.
    [[nodiscard]] bool judge(cobnut::Word number, const cobnut::Machine& machine,
                             Output& output) const;
    /// What no test can try on this machine, and why.
    void tell_untried(const cobnut::Machine& machine, Output& output) const;

private:
    Answers given_, expected_;
};

} // namespace conformance
