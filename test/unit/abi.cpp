// SPDX-License-Identifier: BSD-2-Clause
// The tables of the ABI are whole: every enumerator stands in its table under its own name.
#include <catch2/catch_test_macros.hpp>
#include <cobnut/abi/boot_info.hpp>
#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/forms.hpp>
#include <cobnut/abi/methods.hpp>
#include <cobnut/abi/trace.hpp>

#include <array>
#include <set>
#include <span>
#include <string>
#include <utility>

using namespace cobnut;

namespace {

/// What the compiler calls a function of this enumerator: its name is in it.
template <auto value>
constexpr const char* signature() {
    return __PRETTY_FUNCTION__;
}

template <class Enumeration, unsigned first, unsigned... numbers>
constexpr std::array<const char*, sizeof...(numbers)>
signatures_of(std::integer_sequence<unsigned, numbers...>) {
    return {signature<static_cast<Enumeration>(first + numbers)>()...};
}

constexpr unsigned range = 32;

template <class Enumeration, unsigned first = 0>
constexpr auto signatures =
    signatures_of<Enumeration, first>(std::make_integer_sequence<unsigned, range>{});

/// Empty for a number that has no name.
std::string name_in(const std::string& function) {
    const size_t begin = function.find("value = ") + 8;
    const std::string name = function.substr(begin, function.find_first_of(";]", begin) - begin);
    const size_t scope = name.rfind("::");
    return name[0] == '(' ? "" : name.substr(scope == std::string::npos ? 0 : scope + 2);
}

using Signatures = std::array<const char*, range>;

void check(std::span<const Named> table, const Signatures& all) {
    std::set<unsigned> listed;
    for (const Named& row : table) {
        REQUIRE(row.number < range);
        CHECK(name_in(all[row.number]) == row.name);
        CHECK(listed.insert(row.number).second);
    }
    for (unsigned number = 0; number < range; ++number) {
        INFO(all[number]);
        CHECK(name_in(all[number]).empty() == !listed.contains(number));
    }
}

template <class Enumeration>
void check(std::span<const Named> table) {
    check(table, signatures<Enumeration>);
}

void check_methods(unsigned type, const Signatures& all) {
    for (unsigned number = 0; number < range; ++number) {
        const auto* row = describe(static_cast<Method>(type << 8 | number));
        INFO(all[number]);
        REQUIRE((row != nullptr) == !name_in(all[number]).empty());
        if (row != nullptr)
            CHECK(name_in(all[number]) == std::string(object_types[type].name) + "_" + row->name);
    }
}

template <unsigned... types>
void check_types(std::integer_sequence<unsigned, types...>) {
    (check_methods(types, signatures<Method, types << 8>), ...);
}

} // namespace

TEST_CASE("ABI: every enumerator stands in its table") {
    check<Error>(errors);
    CHECK(std::size(errors) == error_count);
    check<LookupFailure>(lookup_failures);
    check<ObjectType>(object_types);
    CHECK(std::size(object_types) == object_type_count);
    check<Syscall>(syscalls);
    CHECK(std::size(syscalls) == syscall_count);
    check<Kind>(kinds);
    check<MemoryType>(memory_types);
    check<CacheOperation>(cache_operations);
    check<BreakpointKind>(breakpoint_kinds);
    check<Trigger>(triggers);
    check<FaultType>(fault_types);
    check<DebugReason>(debug_reasons);
    check<FaultReply>(fault_replies);
    check<RootSlot>(root_slots);
    check<RegionKind>(region_kinds);
    check<Isa>(isas);
    check<TraceType>(trace_types);
    CHECK(std::size(trace_types) == trace_type_count);
    check<TraceIpc>(trace_ipcs);
}

TEST_CASE("ABI: every method stands in the table, once") {
    check_types(std::make_integer_sequence<unsigned, object_type_count>{});
    std::set<Method> numbers;
    for (const MethodDescription& method : methods)
        CHECK(numbers.insert(method.method).second);
}

TEST_CASE("ABI: every refusal has a condition and stands once") {
    for (const MethodDescription& method : methods) {
        INFO(method.object << "." << method.name);
        std::set<Error> seen;
        for (const Refusal& refusal : method.refusals) {
            CHECK((refusal.error == Error::none) == (refusal.condition == nullptr));
            if (refusal.error != Error::none)
                CHECK(seen.insert(refusal.error).second);
        }
        CHECK(method.argument_count < 16);
        CHECK(method.capability_count <= max_message_capabilities);
    }
}
