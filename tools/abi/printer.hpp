// SPDX-License-Identifier: BSD-2-Clause
// Prints what is written down elsewhere of the ABI from its tables in include/cobnut/abi.
#pragma once

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/forms.hpp>
#include <cobnut/abi/methods.hpp>
#include <cobnut/abi/trace.hpp>

#include <set>
#include <span>
#include <string>
#include <vector>

namespace abi {

/// docs/abi.md.
std::string reference();
/// The names of the tables that it has.
std::set<std::string> printed_tables();
/// What is missing, a line each: tables that the reference does not print, names of the ABI's headers
/// in the tree's folder that are in no table.
std::string missing(const std::string& folder);
/// include/cobnut/abi.h.
std::string c_header();
/// test/abi/golden.txt: every number and offset, one a line.
std::string golden();

/// A set of numbers of the ABI: where its names stand in C++ and in C.
struct NumberSet {
    const char* name;
    const char* c_prefix;
    std::span<const cobnut::Named> numbers;
};
std::span<const NumberSet> all_number_sets();

struct Structure {
    const char* name;
    const char* c_name;
    std::span<const cobnut::Field> fields;
};
std::span<const Structure> all_structures();

/// A number that stands alone.
struct Constant {
    const char* name;
    uint64_t value;
    const char* meaning;
};
std::span<const Constant> all_constants();

/// Offset of each field and, last, the size, where a Word has `word_bytes`.
std::vector<size_t> layout(const Structure& structure, size_t word_bytes);

std::string text(const char* format, ...) __attribute__((format(printf, 1, 2)));

} // namespace abi
