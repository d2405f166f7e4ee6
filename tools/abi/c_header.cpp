// SPDX-License-Identifier: BSD-2-Clause
// The ABI for C: constants, structures and an inline function for each method.
#include "printer.hpp"

#include <cctype>
#include <cstring>

namespace abi {

using namespace cobnut;

namespace {

std::string upper(std::string name) {
    for (char& c : name)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

/// "IrqHandler" is irq_handler, "root CNode" root_cnode.
std::string identifier(std::string_view name) {
    std::string out;
    for (size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        const bool joint = i > 0 && std::isupper(c) != 0 &&
                           std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
        if (joint)
            out += '_';
        out += std::isalnum(c) != 0 ? static_cast<char>(std::tolower(c)) : '_';
    }
    return out;
}

std::vector<std::string> identifiers(std::string_view list) {
    std::vector<std::string> out;
    while (!list.empty()) {
        const size_t comma = list.find(", ");
        out.push_back(identifier(list.substr(0, comma)));
        list = comma == std::string_view::npos ? "" : list.substr(comma + 2);
    }
    return out;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : ", ") + part;
    return out;
}

std::string without_suffix(std::string name) {
    const size_t at = name.rfind("_bit");
    return at != std::string::npos && at + 4 == name.size() ? name.substr(0, at) : name;
}

std::string number_set(const NumberSet& set) {
    std::string out = "enum {\n";
    for (const Named& number : set.numbers) {
        out += text("    COBNUT_%s_%s = %#x,", set.c_prefix,
                    upper(without_suffix(number.name)).c_str(), number.number);
        out += *number.meaning != 0 ? text(" /* %s */\n", number.meaning) : "\n";
    }
    return out + "};\n\n";
}

std::string type_of(std::string_view type) {
    if (type == "Word")
        return "cobnut_word";
    if (type == "CapIndex")
        return "cobnut_cap";
    if (type == "BootArea")
        return "cobnut_boot_area";
    return type == "RegionKind" || type == "TraceType" ? "uint8_t" : std::string(type);
}

std::string structure(const Structure& structure) {
    std::string out = text("typedef struct cobnut_%s {\n", structure.c_name);
    for (const Field& field : structure.fields) {
        out += "    " + type_of(field.type) + " " + field.name;
        out += field.count != 0 ? text("[%u];", field.count) : ";";
        out += *field.meaning != 0 ? text(" /* %s */\n", field.meaning) : "\n";
    }
    return out + text("} cobnut_%s;\n\n", structure.c_name);
}

/// The arguments of an inline function, as lists of names.
struct Signature {
    std::string target;
    std::vector<std::string> words;
    std::vector<std::string> capabilities;
    std::string capability_count;
    bool has_results;

    explicit Signature(const MethodDescription& method)
        : target(identifier(method.object)), words(identifiers(method.arguments)),
          capability_count(text("%u", method.capability_count)),
          has_results(*method.results != 0) {
        for (const CapabilityArgument& argument : method.capabilities) {
            if (argument.name == nullptr)
                continue;
            capabilities.push_back(identifier(argument.name));
            if (argument.optional)
                capability_count += " + (" + capabilities.back() + " != 0)";
        }
        for (const auto* list : {&words, &capabilities})
            for (const std::string& name : *list)
                if (name == target)
                    target = "object";
    }

    [[nodiscard]] std::string parameters() const {
        std::vector<std::string> out = {"cobnut_cap " + target};
        for (const std::string& word : words)
            out.push_back("cobnut_word " + word);
        for (const std::string& capability : capabilities)
            out.push_back("cobnut_cap " + capability);
        if (has_results)
            out.emplace_back("cobnut_word* results");
        return joined(out);
    }
};

std::string function(const MethodDescription& method) {
    const std::string name = identifier(method.object) + "_" + method.name;
    if (std::strstr(method.arguments, "...") != nullptr ||
        std::strstr(method.results, "...") != nullptr)
        return "/* " + name + ": by cobnut_invoke(), for its words are as many as one likes. */\n\n";
    const Signature of(method);
    std::string out = text("/* %s", method.brief);
    out += of.has_results ? text(" Results: %s. */\n", method.results) : " */\n";
    out += "static inline cobnut_status cobnut_" + name + "(\n    " + of.parameters() + ") {\n";
    if (!of.words.empty())
        out += "    const cobnut_word words[] = {" + joined(of.words) + "};\n";
    if (!of.capabilities.empty())
        out += "    const cobnut_cap capabilities[] = {" + joined(of.capabilities) + "};\n";
    out += "    return cobnut_invoke(" + of.target + ", COBNUT_METHOD_" + upper(name) + ", ";
    out += of.words.empty() ? "COBNUT_NONE, 0, " : text("words, %zu, ", of.words.size());
    out += of.capabilities.empty() ? "COBNUT_NONE, 0, "
                                   : "capabilities, " + of.capability_count + ", ";
    out += of.has_results ? text("results, %zu", identifiers(method.results).size())
                          : "COBNUT_NONE, 0";
    return out + ");\n}\n\n";
}

constexpr const char* head = R"(/* SPDX-License-Identifier: BSD-2-Clause
   Printed from the tables in include/cobnut/abi by ./cobnut abi: numbers, structures and methods
   for C. */
#ifndef COBNUT_ABI_H
#define COBNUT_ABI_H

#include <stdint.h>

/* A general register; a path to a capability. */
typedef uintptr_t cobnut_word;
typedef cobnut_word cobnut_cap;

)";

constexpr const char* invoke =
    R"(/* What a kernel object answered: COBNUT_ERROR_..., and the two words that explain it. */
typedef struct cobnut_status {
    cobnut_word error;
    cobnut_word detail[2];
} cobnut_status;

#ifdef __cplusplus
#define COBNUT_NONE nullptr
extern "C" {
#else
#define COBNUT_NONE 0
#endif

/* A call of a method; `results` takes `result_count` words, at most 8. */
cobnut_status cobnut_invoke(cobnut_cap object, cobnut_word method,
                            const cobnut_word* words, unsigned word_count,
                            const cobnut_cap* capabilities, unsigned capability_count,
                            cobnut_word* results, unsigned result_count);

)";

} // namespace

std::string c_header() {
    std::string out = head;
    for (const Constant& constant : all_constants())
        out += text("#define COBNUT_%s %#llx\n", upper(constant.name).c_str(),
                    static_cast<unsigned long long>(constant.value));
    out += "\n";
    for (const NumberSet& set : all_number_sets())
        out += number_set(set);
    out += "enum {\n";
    for (const MethodDescription& method : methods)
        out += text("    COBNUT_METHOD_%s_%s = %#x,\n", upper(identifier(method.object)).c_str(),
                    upper(method.name).c_str(), static_cast<unsigned>(method.method));
    out += "};\n\n";
    for (const Structure& each : all_structures())
        out += structure(each);
    out += invoke;
    for (const MethodDescription& method : methods)
        out += function(method);
    return out + "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

} // namespace abi
