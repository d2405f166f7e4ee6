// SPDX-License-Identifier: BSD-2-Clause
// What the ABI's headers name and no table has, and what tables the reference does not print.
#include "printer.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace abi {

namespace {

constexpr const char* headers[] = {"boot_info", "error",  "fault",   "forms", "method_table", "methods",
                                   "object",    "rights", "syscall", "table", "trace",        "types"};

/// Numbers that are the length of a table, or of the ISA.
const std::set<std::string> lengths = {"object_type_count", "error_count", "syscall_count",
                                       "trace_type_count", "method_count", "word_bits"};
/// Methods stand with what they do; masks are of whole fields.
const std::set<std::string> elsewhere = {"Method", "type_mask", "max_refusals", "length_mask"};

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    return std::regex_replace(all, std::regex("//[^\n]*"), "");
}

template <class Use>
void each(const std::string& source, const char* pattern, Use use) {
    const std::regex expression(pattern);
    for (auto at = std::sregex_iterator(source.begin(), source.end(), expression);
         at != std::sregex_iterator(); ++at)
        use(*at);
}

const NumberSet* find_set(const std::string& name) {
    for (const NumberSet& set : all_number_sets())
        if (name == set.name)
            return &set;
    return nullptr;
}

bool has(const NumberSet& set, const std::string& name) {
    return std::ranges::any_of(set.numbers, [&](const auto& row) { return name == row.name; });
}

std::string numbers_missing(const std::string& type, const std::string& body, const char* pattern) {
    std::string out;
    const NumberSet* const set = find_set(type);
    each(body, pattern, [&](const std::smatch& number) {
        if (elsewhere.contains(number[1]))
            return;
        if (set == nullptr || !has(*set, number[1]))
            out += type + "::" + number[1].str() + " is in no table of the ABI\n";
    });
    return out;
}

std::string missing_in(const std::string& source) {
    std::string out;
    each(source, R"(enum class (\w+)[^{]*\{([^}]*)\})", [&](const std::smatch& type) {
        if (!elsewhere.contains(type[1]))
            out += numbers_missing(type[1], type[2], R"((\w+) = )");
    });
    each(source, R"(\nstruct (\w+) \{\n([^}]*))", [&](const std::smatch& type) {
        out += numbers_missing(type[1], type[2], R"(static constexpr \w+ (\w+) = )");
    });
    each(source, R"(\ninline constexpr \w+ (\w+) =)", [&](const std::smatch& constant) {
        const auto named = [&](const Constant& row) { return constant[1] == row.name; };
        if (!lengths.contains(constant[1]) && std::ranges::none_of(all_constants(), named))
            out += "the constant " + constant[1].str() + " is in no table of the ABI\n";
    });
    return out;
}

} // namespace

std::string missing(const std::string& folder) {
    std::string out;
    for (const char* header : headers) {
        const std::string source = contents(folder + "/include/cobnut/abi/" + header + ".hpp");
        out += source.empty() ? text("%s.hpp cannot be read\n", header) : missing_in(source);
    }
    const std::set<std::string> printed = printed_tables();
    for (const NumberSet& set : all_number_sets())
        if (!printed.contains(set.name))
            out += text("the reference does not print %s\n", set.name);
    for (const Structure& structure : all_structures())
        if (!printed.contains(structure.name))
            out += text("the reference does not print %s\n", structure.name);
    return out;
}

} // namespace abi
