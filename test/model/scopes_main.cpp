// SPDX-License-Identifier: BSD-2-Clause
// Small systems, every sequence of moves: scopes [--all] [NAME].
#include "explore.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

bool report(const char* name, const char* depth, const model::Explored& explored, double seconds) {
    std::printf("%-14s %-22s %10llu states %12llu steps %7.1f s%s\n", name, depth,
                static_cast<unsigned long long>(explored.states),
                static_cast<unsigned long long>(explored.steps), seconds,
                explored.failure.empty() ? "" : "  FAILED");
    std::printf("%s", explored.failure.c_str());
    std::fflush(stdout);
    return explored.failure.empty();
}

} // namespace

int main(int argc, char** argv) {
    bool all = false;
    const char* only = nullptr;
    unsigned depth = 0;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--all") == 0)
            all = true;
        else if (std::strcmp(argv[i], "--depth") == 0 && i + 1 < argc)
            depth = static_cast<unsigned>(std::strtoul(argv[++i], nullptr, 0));
        else
            only = argv[i];
    }
    bool good = true;
    for (const auto& scope : {model::capability_scope(), model::ipc_scope(),
                              model::lending_scope(), model::time_scope()}) {
        if (only != nullptr && std::strcmp(only, scope.name) != 0)
            continue;
        const auto begin = std::chrono::steady_clock::now();
        const unsigned deep = depth != 0 ? depth : all ? scope.full : scope.quick;
        const std::string text = "depth " + std::to_string(deep);
        model::Progress progress(scope.name);
        const auto explored = model::explore(scope, deep, progress);
        good &= report(scope.name, text.c_str(), explored, seconds_since(begin));
    }
    if (only == nullptr || std::strcmp(only, "preemption") == 0) {
        const auto begin = std::chrono::steady_clock::now();
        model::Progress progress("preemption");
        const auto explored = model::explore_preemption(all, progress);
        good &= report("preemption", all ? "at each two points" : "at each point", explored,
                       seconds_since(begin));
    }
    return good ? 0 : 1;
}
