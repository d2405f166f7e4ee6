// SPDX-License-Identifier: BSD-2-Clause
// Random traces on kernel and model: model --calls N --seed S.
#include "generator.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

namespace {

using model::Choices;
using model::Generator;
using model::Layout;
using model::Mix;
using model::Pair;
using model::Step;

constexpr unsigned trace_length = 1500;

struct Options {
    uint64_t calls = 1'000'000;
    uint64_t seed = 1;
    bool statistics = false;
};

struct Count {
    uint64_t good = 0, refused = 0;
};

std::map<uint64_t, Count> methods;
std::map<unsigned, uint64_t> forms;

/// One trace in ten is about one thing.
Mix mix_of(Choices& choices, bool fastpaths) {
    Mix mix;
    switch (choices.below(10)) {
    case 0: mix = {.ipc = 0, .capabilities = 10, .threads = 0, .time = 0, .spaces = 1}; break;
    case 1: mix = {.ipc = 20, .capabilities = 1, .threads = 2, .time = 1, .spaces = 0}; break;
    case 2: mix = {.ipc = 8, .capabilities = 1, .threads = 2, .time = 10, .spaces = 0}; break;
    case 3: mix = {.ipc = 1, .capabilities = 2, .threads = 1, .time = 0, .spaces = 12}; break;
    default: break;
    }
    // Fastpaths charge less often than the slow path: the sums agree, not the instants.
    mix.clock = !fastpaths;
    return mix;
}

void count(const Step& step, const Pair& pair, uint64_t caller) {
    if (step.kind != Step::Kind::call)
        return;
    ++forms[static_cast<unsigned>(step.form)];
    const auto thread = pair.model.threads.find(caller);
    if (step.form != model::Syscall::call || thread == pair.model.threads.end() ||
        pair.model.current != caller || step.label < 0x100)
        return;
    const model::Tag tag{thread->second.registers.tag};
    Count& counted = methods[step.label];
    ++(tag.kind() == model::Kind::none ? counted.refused : counted.good);
}

int report(const Layout& layout, const std::vector<Step>& steps, const std::string& text) {
    std::printf("kernel and model differ:\n%s", text.c_str());
    const auto small = model::shrink(layout, steps);
    const auto finding = model::run(layout, small);
    std::printf("shrunk from %zu steps to %zu; there:\n%s\n%s", steps.size(), small.size(),
                finding ? finding->text.c_str() : "", print_case(layout, small).c_str());
    return 1;
}

int run(const Options& options) {
    const auto begin = std::chrono::steady_clock::now();
    auto last = begin;
    uint64_t calls = 0, traces = 0;
    while (calls < options.calls) {
        Choices choices(options.seed * 1'000'003 + traces);
        const Layout layout{.fastpaths = choices.once_in(3)};
        const Mix mix = mix_of(choices, layout.fastpaths);
        Pair pair(layout);
        std::vector<Step> steps = opening(choices, mix);
        Generator generator(pair.model, choices, mix);
        for (size_t i = 0; i < trace_length && !pair.is_over() && calls < options.calls; ++i) {
            if (i == steps.size())
                steps.push_back(generator.next());
            const uint64_t caller = pair.model.current;
            const std::string text = pair.step(steps[i]);
            calls += steps[i].kind == Step::Kind::call;
            if (!text.empty()) {
                std::printf("seed %llu, trace %llu, step %zu\n",
                            static_cast<unsigned long long>(options.seed),
                            static_cast<unsigned long long>(traces), i);
                steps.resize(i + 1);
                return report(layout, steps, text);
            }
            if (options.statistics)
                count(steps[i], pair, caller);
        }
        ++traces;
        const auto now = std::chrono::steady_clock::now();
        if (now - last > std::chrono::seconds(10)) {
            last = now;
            std::printf("%llu calls\n", static_cast<unsigned long long>(calls));
            std::fflush(stdout);
        }
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    std::printf("%llu calls in %llu traces, seed %llu: kernel and model agree; %.1f s\n",
                static_cast<unsigned long long>(calls), static_cast<unsigned long long>(traces),
                static_cast<unsigned long long>(options.seed), time.count());
    for (const auto& [form, number] : forms)
        std::printf("%-14s %10llu\n", cobnut::syscalls[form].name,
                    static_cast<unsigned long long>(number));
    for (const auto& [label, counted] : methods)
        if (const auto* method = cobnut::describe(static_cast<model::Method>(label)))
            std::printf("%s.%-24s %10llu done %10llu refused\n", method->object, method->name,
                        static_cast<unsigned long long>(counted.good),
                        static_cast<unsigned long long>(counted.refused));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 0) : 0; };
        if (std::strcmp(argv[i], "--calls") == 0) {
            options.calls = number();
        } else if (std::strcmp(argv[i], "--seed") == 0) {
            options.seed = number();
        } else if (std::strcmp(argv[i], "--statistics") == 0) {
            options.statistics = true;
        } else {
            std::printf("usage: model [--calls N] [--seed S] [--statistics]\n");
            return 2;
        }
    }
    return run(options);
}
