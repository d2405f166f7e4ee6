// SPDX-License-Identifier: BSD-2-Clause
// Every number and layout of the ABI, one a line: what changes here changes for programs.
#include "printer.hpp"

namespace abi {

using namespace cobnut;

std::string golden() {
    std::string out;
    for (const Constant& constant : all_constants())
        out += text("%s %#llx\n", constant.name, static_cast<unsigned long long>(constant.value));
    for (const NumberSet& set : all_number_sets())
        for (const Named& number : set.numbers)
            out += text("%s.%s %#x\n", set.name, number.name, number.number);
    for (const MethodDescription& method : methods) {
        out += text("%s.%s %#x (%s)", method.object, method.name,
                    static_cast<unsigned>(method.method), method.arguments);
        for (const CapabilityArgument& capability : method.capabilities)
            if (capability.name != nullptr)
                out += text(" %s%s:%#x", capability.optional ? "?" : "", capability.name,
                            capability.types.bits);
        out += text(" -> (%s)", method.results);
        for (const Refusal& refusal : method.refusals)
            if (refusal.error != Error::none)
                out += text(" %u", static_cast<unsigned>(refusal.error));
        out += "\n";
    }
    for (const Structure& structure : all_structures()) {
        const auto narrow = layout(structure, 4);
        const auto wide = layout(structure, 8);
        for (size_t i = 0; i < structure.fields.size(); ++i)
            out += text("%s.%s %s[%u] at %zu, %zu\n", structure.name, structure.fields[i].name,
                        structure.fields[i].type, structure.fields[i].count, narrow[i], wide[i]);
        out += text("%s size %zu, %zu\n", structure.name, narrow.back(), wide.back());
    }
    const Tag probe(1, 1, 1, Kind::signal);
    out += text("Tag label 1, length 1, capabilities 1, kind signal: %#llx\n",
                static_cast<unsigned long long>(probe.raw()));
    return out;
}

} // namespace abi
