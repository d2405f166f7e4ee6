// SPDX-License-Identifier: BSD-2-Clause
// A value or the error that the caller of a system call gets; neither can be ignored.
#pragma once

#include <cobnut/abi/error.hpp>
#include <cobnut/abi/types.hpp>

namespace kernel {

using cobnut::Error;
using cobnut::Word;

/// An error and the two words that explain it (see cobnut::Error). Success leaves the words as they
/// are: the union, which is copied as bytes, allows that.
struct [[nodiscard]] Failure {
    Error error = Error::none;
    union {
        Word detail[2];
    };

    constexpr Failure() {}
    constexpr Failure(Error code, Word first = 0, Word second = 0)
        : error(code), detail{first, second} {}
    [[nodiscard]] constexpr bool ok() const { return error == Error::none; }
};

template <class T>
class [[nodiscard]] Result {
public:
    constexpr Result(T value) : value_(value) {}
    constexpr Result(Failure failure) : failure_(failure) {}
    constexpr Result(Error error) : failure_(error) {}

    [[nodiscard]] constexpr bool ok() const { return failure_.ok(); }
    [[nodiscard]] constexpr const T& value() const { return value_; }
    [[nodiscard]] constexpr T& value() { return value_; }
    [[nodiscard]] constexpr const Failure& failure() const { return failure_; }

private:
    T value_{};
    Failure failure_;
};

} // namespace kernel

/// Leaves the function with the failure of `expression`, if it has one.
#define KERNEL_CHECK(expression)                                                                   \
    do {                                                                                           \
        if (::kernel::Failure failure_of_check = (expression); !failure_of_check.ok())             \
            return failure_of_check;                                                               \
    } while (false)

/// Declares `name` as the value of `expression`, or leaves the function with its failure.
#define KERNEL_TRY(name, expression)                                                               \
    auto name##_result = (expression);                                                             \
    if (!name##_result.ok())                                                                       \
        return name##_result.failure();                                                            \
    auto& name = name##_result.value()
