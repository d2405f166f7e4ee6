// SPDX-License-Identifier: BSD-2-Clause
// A failing trace is made small and printed.
#include "machine.hpp"

#include <utility>

namespace model {

namespace {

bool fails(const Layout& layout, const std::vector<Step>& steps) {
    return run(layout, steps).has_value();
}

/// Lets `change` try to make each step simpler; keeps what still fails.
template <class Change>
void simplify(const Layout& layout, std::vector<Step>& steps, Change change) {
    for (size_t i = 0; i < steps.size(); ++i) {
        std::vector<Step> tried = steps;
        if (change(tried[i]) && fails(layout, tried))
            steps = tried;
    }
}

} // namespace

std::vector<Step> shrink(const Layout& layout, std::vector<Step> steps) {
    if (const auto finding = run(layout, steps))
        steps.resize(finding->step + 1);
    // Ever smaller pieces are left out, as long as anything goes.
    for (bool again = true; again;) {
        again = false;
        for (size_t piece = (steps.size() + 1) / 2; piece > 0; piece /= 2)
            for (size_t at = 0; at + piece <= steps.size();) {
                std::vector<Step> rest = steps;
                const auto begin = rest.begin() + static_cast<std::ptrdiff_t>(at);
                rest.erase(begin, begin + static_cast<std::ptrdiff_t>(piece));
                if (fails(layout, rest)) {
                    steps = std::move(rest);
                    again = true;
                } else {
                    at += piece;
                }
            }
    }
    simplify(layout, steps, [](Step& step) { return std::exchange(step.preempt_every, 0) != 0; });
    simplify(layout, steps, [](Step& step) { return std::exchange(step.time, 0) != 0; });
    simplify(layout, steps, [](Step& step) { return std::exchange(step.second, 0) != 0; });
    simplify(layout, steps, [](Step& step) { return std::exchange(step.reply, 0) != 0; });
    simplify(layout, steps, [](Step& step) {
        return !std::exchange(step.receive, {}).empty();
    });
    simplify(layout, steps, [](Step& step) {
        const bool some = !step.capabilities.empty();
        step.capabilities.clear();
        return some;
    });
    simplify(layout, steps, [](Step& step) {
        const bool message = step.label < 0x100 && !step.words.empty();
        if (message)
            step.words.clear();
        return message;
    });
    return steps;
}

namespace {

std::string list(const std::vector<Word>& words) {
    std::string text = "{";
    for (const Word word : words)
        text += (text.size() > 1 ? ", " : "") +
                (word >> 32 != 0 ? std::to_string(word) + "u" : std::to_string(word));
    return text + "}";
}

} // namespace

std::string print_case(const Layout& layout, const std::vector<Step>& steps) {
    std::string text = "TEST_CASE(\"model: \", \"[model]\") {\n    CHECK(model::check({.radix = " +
                       std::to_string(layout.radix) +
                       ", .untyped_bits = " + std::to_string(layout.untyped_bits) +
                       ", .fastpaths = " + (layout.fastpaths ? "true" : "false") + "}, {\n";
    for (const Step& step : steps) {
        static constexpr const char* kinds[] = {"call", "fault", "pass_time"};
        text += "        {.kind = model::Step::Kind::";
        text += kinds[static_cast<unsigned>(step.kind)];
        text += std::string(", .form = cobnut::Syscall::") +
                cobnut::syscalls[static_cast<unsigned>(step.form)].name;
        const auto field = [&](const char* name, uint64_t value) {
            if (value != 0)
                text += std::string(", .") + name + " = " + std::to_string(value);
        };
        field("path", step.path);
        field("label", step.label);
        field("reply", step.reply);
        field("second", step.second);
        if (!step.words.empty())
            text += ", .words = " + list(step.words);
        if (!step.capabilities.empty())
            text += ", .capabilities = " + list(step.capabilities);
        if (!step.receive.empty())
            text += ", .receive = " + list(step.receive);
        field("preempt_every", step.preempt_every);
        field("tag_kind", step.tag_kind);
        field("time", step.time);
        text += "},";
        if (const auto* method = cobnut::describe(static_cast<Method>(step.label));
            method != nullptr && step.form == Syscall::call)
            text += std::string(" // ") + method->object + "." + method->name;
        text += "\n";
    }
    return text + "    }) == \"\");\n}\n";
}

} // namespace model
