// SPDX-License-Identifier: BSD-2-Clause
// What a row of the tables of methods and system calls says.
#pragma once

#include <cobnut/abi/error.hpp>
#include <cobnut/abi/object.hpp>
#include <cobnut/abi/syscall.hpp>

#include <initializer_list>

namespace cobnut {

/// A set of object types, one bit each.
struct ObjectTypes {
    uint32_t bits = 0;

    constexpr ObjectTypes() = default; ///< Any: the method or the lookup says what it must be.
    template <class... Types>
    constexpr ObjectTypes(ObjectType first, Types... more)
        : bits(((1u << static_cast<unsigned>(first)) | ... | (1u << static_cast<unsigned>(more)))) {}
    [[nodiscard]] constexpr bool has(ObjectType type) const {
        return bits == 0 || (bits >> static_cast<unsigned>(type) & 1) != 0;
    }
};

/// A capability that travels with a call. The kernel checks its type before the method sees it.
struct CapabilityArgument {
    const char* name;
    ObjectTypes types;
    bool optional;

    constexpr CapabilityArgument(const char* called = nullptr, ObjectTypes allowed = {},
                                 bool may_lack = false)
        : name(called), types(allowed), optional(may_lack) {}
};

/// An error and the condition under which it is answered.
struct Refusal {
    Error error = Error::none;
    const char* condition = nullptr;
};

/// One method. `arguments` names its message words in order, separated by commas, where "name..."
/// stands for any number; `results` the words of a successful reply. The label of the reply is an
/// Error: one of `refusals` or of common_refusals.
struct MethodDescription {
    static constexpr unsigned max_refusals = 9;

    Method method;
    const char* object;
    const char* name;
    const char* brief;
    const char* arguments;
    CapabilityArgument capabilities[3];
    const char* results;
    Refusal refusals[max_refusals];
    uint8_t argument_count = 0;   ///< Least number of words,
    uint8_t capability_count = 0; ///< and of capabilities.

    consteval MethodDescription(Method number, const char* of, const char* called,
                                const char* does, const char* words,
                                std::initializer_list<CapabilityArgument> caps,
                                const char* answers, std::initializer_list<Refusal> refused)
        : method(number), object(of), name(called), brief(does), arguments(words),
          results(answers) {
        for (const CapabilityArgument& argument : caps) {
            capability_count = static_cast<uint8_t>(capability_count + (argument.optional ? 0 : 1));
            capabilities[&argument - caps.begin()] = argument;
        }
        for (const Refusal& refusal : refused)
            refusals[&refusal - refused.begin()] = refusal;
        const char* end = words;
        for (argument_count = *words != 0 ? 1 : 0; *end != 0; ++end)
            argument_count = static_cast<uint8_t>(argument_count + (*end == ',' ? 1 : 0));
        if (end != words && end[-1] == '.')
            --argument_count;
    }

    [[nodiscard]] constexpr const char* condition(Error error) const {
        for (const Refusal& refusal : refusals)
            if (refusal.error == error)
                return refusal.condition;
        return nullptr;
    }
};

/// A form of the system call; its errors come in a tag of kind `none`.
struct FormDescription {
    Syscall form;
    const char* brief;
    Refusal refusals[10];
};

} // namespace cobnut
