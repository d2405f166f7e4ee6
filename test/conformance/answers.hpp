// SPDX-License-Identifier: BSD-2-Clause
// Which answers the tests got from the kernel: pairs of an operation (a method or a form of the system
// call) and an error.
#pragma once

#include <cobnut/abi/forms.hpp>
#include <cobnut/abi/methods.hpp>

namespace conformance {

/// A Method, or the number of a Syscall.
using Operation = uint16_t;
inline constexpr Operation no_operation = 0xffff;

namespace detail {

inline constexpr unsigned row_count = cobnut::syscall_count + cobnut::method_count;
inline constexpr unsigned methods_of_type = 32;

constexpr unsigned place(Operation method) {
    return (method >> 8) * methods_of_type + (method & 0xff);
}

/// Rows by type and number of the method.
struct Rows {
    uint8_t of[cobnut::object_type_count * methods_of_type];
};
inline constexpr Rows rows = [] {
    Rows made{};
    for (uint8_t& row : made.of)
        row = row_count;
    for (unsigned index = 0; index < cobnut::method_count; ++index)
        made.of[place(static_cast<Operation>(cobnut::methods[index].method))] =
            static_cast<uint8_t>(cobnut::syscall_count + index);
    return made;
}();

constexpr unsigned row_of(Operation operation) {
    if (operation < 0x100)
        return operation < cobnut::syscall_count ? operation : row_count;
    const bool known =
        operation >> 8 < cobnut::object_type_count && (operation & 0xff) < methods_of_type;
    return known ? rows.of[place(operation)] : row_count;
}

} // namespace detail

class Answers {
public:
    static constexpr unsigned count = detail::row_count;

    void mark(Operation operation, cobnut::Error error) {
        const unsigned row = detail::row_of(operation);
        if (row < count && static_cast<unsigned>(error) < cobnut::error_count)
            rows_[row] |= bit(error); // not atomic: a single-stepped thread would never end it
    }
    [[nodiscard]] bool has(Operation operation, cobnut::Error error) const {
        const unsigned row = detail::row_of(operation);
        return row < count && (rows_[row] & bit(error)) != 0;
    }

    /// The errors of an operation, a bit each: a word of a message.
    [[nodiscard]] uint32_t row(unsigned index) const { return rows_[index]; }
    void add(unsigned index, uint32_t errors) { rows_[index] |= errors; }

private:
    static constexpr uint32_t bit(cobnut::Error error) {
        return uint32_t{1} << static_cast<unsigned>(error);
    }

    uint32_t rows_[count] = {};
};

static_assert(cobnut::error_count <= 32 && Answers::count <= cobnut::max_message_words);

/// Of this domain: what came back from system calls, and what of it a test had asked for.
inline Answers answers_given, answers_expected;

} // namespace conformance
