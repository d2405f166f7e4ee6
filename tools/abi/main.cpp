// SPDX-License-Identifier: BSD-2-Clause
// abi_printer write|check FOLDER: writes the files below the tree's folder, or says which differ.
#include "printer.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

namespace {

struct Output {
    const char* path;
    std::string (*print)();
};

constexpr Output outputs[] = {
    {"docs/abi.md", abi::reference},
    {"include/cobnut/abi.h", abi::c_header},
    {"test/abi/golden.txt", abi::golden},
};

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

int main(int count, char** arguments) {
    const std::string mode = count == 3 ? arguments[1] : "";
    if (mode != "write" && mode != "check") {
        std::fputs("use: abi_printer write|check FOLDER\n", stderr);
        return 2;
    }
    int status = 0;
    if (const std::string lacks = abi::missing(arguments[2]); !lacks.empty()) {
        std::fputs(lacks.c_str(), stderr);
        status = 1;
    }
    for (const Output& output : outputs) {
        const std::string path = std::string(arguments[2]) + "/" + output.path;
        if (mode == "write") {
            std::ofstream(path, std::ios::binary) << output.print();
        } else if (contents(path) != output.print()) {
            std::fprintf(stderr, "%s differs from the ABI's tables: if that is meant, ./cobnut abi\n",
                         output.path);
            status = 1;
        }
    }
    return status;
}
