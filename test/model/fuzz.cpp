// SPDX-License-Identifier: BSD-2-Clause
// The same traces with libFuzzer's bytes as the choices, led by what the kernel runs through.
#include "generator.hpp"

#include <arch/host.hpp>

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace model;
    constexpr size_t most_steps = 400;
    Choices choices(std::span(data, size));
    const Layout layout{.fastpaths = choices.once_in(3)};
    Mix mix;
    mix.clock = !layout.fastpaths;
    Pair pair(layout);
    std::vector<Step> steps = opening(choices, mix);
    Generator generator(pair.model, choices, mix);
    for (size_t i = 0; i < most_steps && !pair.is_over(); ++i) {
        if (i == steps.size()) {
            if (choices.exhausted())
                break;
            steps.push_back(generator.next());
        }
        arch::host::machine.console.clear();
        const std::string text = pair.step(steps[i]);
        if (text.empty())
            continue;
        steps.resize(i + 1);
        std::printf("%s%s", text.c_str(), print_case(layout, shrink(layout, steps)).c_str());
        std::abort();
    }
    return 0;
}
