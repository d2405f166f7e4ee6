// SPDX-License-Identifier: BSD-2-Clause
// A value or the kernel's error, and the names of errors.
#pragma once

#include <cobnut/abi/error.hpp>
#include <cobnut/abi/types.hpp>

namespace cobnut {

/// An error and the two words that explain it (see Error).
struct [[nodiscard]] Status {
    Error error = Error::none;
    Word detail[2] = {0, 0};

    constexpr Status() = default;
    constexpr Status(Error code, Word first = 0, Word second = 0)
        : error(code), detail{first, second} {}
    [[nodiscard]] constexpr bool ok() const { return error == Error::none; }
};

template <class T>
class [[nodiscard]] Result {
public:
    constexpr Result(T value) : value_(value) {}
    constexpr Result(Status status) : status_(status) {}
    constexpr Result(Error error) : status_(error) {}

    [[nodiscard]] constexpr bool ok() const { return status_.ok(); }
    [[nodiscard]] constexpr Error error() const { return status_.error; }
    [[nodiscard]] constexpr Status status() const { return status_; }
    [[nodiscard]] constexpr const T& value() const { return value_; }
    [[nodiscard]] constexpr const T& operator*() const { return value_; }
    [[nodiscard]] constexpr const T* operator->() const { return &value_; }

private:
    T value_{};
    Status status_{};
};

} // namespace cobnut

/// Leaves the function with the status of `expression`, if it is an error.
#define COBNUT_CHECK(expression)                                                                   \
    do {                                                                                           \
        if (const ::cobnut::Status status_of_check = (expression); !status_of_check.ok())          \
            return status_of_check;                                                                \
    } while (false)

/// Declares `name` as the value of `expression`, or leaves the function with its error.
#define COBNUT_TRY(name, expression)                                                               \
    const auto name##_result = (expression);                                                       \
    if (!name##_result.ok())                                                                       \
        return name##_result.status();                                                             \
    const auto name = name##_result.value()
