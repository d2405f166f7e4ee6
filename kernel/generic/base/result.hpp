// SPDX-License-Identifier: BSD-2-Clause
// A value or the error that the caller of a system call gets; neither can be ignored.
#pragma once

#include <cobnut/abi/error.hpp>
#include <cobnut/abi/types.hpp>

#include <type_traits>

namespace kernel {

using cobnut::Error;
using cobnut::Word;

/// A Failure but for its second word. On 64-bit ISAs that is one word, so that Failure and Result are
/// returned in two registers; the first word tells bits, numbers or sizes and has 48 bits there.
struct FailureHead64 {
    Word packed = 0;

    constexpr FailureHead64() = default;
    constexpr FailureHead64(Error code, Word first) : packed(static_cast<Word>(code) | first << 16) {}
    [[nodiscard]] constexpr bool ok() const { return packed == 0; }
    [[nodiscard]] constexpr Error error() const { return static_cast<Error>(packed); }
    [[nodiscard]] constexpr Word first() const { return packed >> 16; }
};

/// Success leaves the word as it is: the union, which is copied as bytes, allows that.
struct FailureHead32 {
    Error code = Error::none;
    union {
        Word word;
    };

    constexpr FailureHead32() {}
    constexpr FailureHead32(Error error, Word first) : code(error), word(first) {}
    [[nodiscard]] constexpr bool ok() const { return code == Error::none; }
    [[nodiscard]] constexpr Error error() const { return code; }
    [[nodiscard]] constexpr Word first() const { return word; }
};

/// An error and the two words that explain it (see cobnut::Error).
class [[nodiscard]] Failure {
public:
    constexpr Failure() = default;
    constexpr Failure(Error code, Word first = 0, Word second = 0) : head_(code, first), second_(second) {}

    [[nodiscard]] constexpr bool ok() const { return head_.ok(); }
    [[nodiscard]] constexpr Error error() const { return head_.error(); }
    [[nodiscard]] constexpr Word first() const { return head_.first(); }
    [[nodiscard]] constexpr Word second() const { return second_; }

private:
    std::conditional_t<sizeof(Word) == 8, FailureHead64, FailureHead32> head_;
    Word second_ = 0;
};

/// The value, a pointer or a number, stands in the place of the second word.
template <class T>
class [[nodiscard]] Result {
public:
    constexpr Result(T value) : failure_(Error::none, 0, word_of(value)) {}
    constexpr Result(Failure failure) : failure_(failure) {}
    constexpr Result(Error error) : failure_(error) {}

    [[nodiscard]] constexpr bool ok() const { return failure_.ok(); }
    [[nodiscard]] constexpr T value() const {
        if constexpr (std::is_pointer_v<T>)
            return reinterpret_cast<T>(failure_.second());
        else
            return static_cast<T>(failure_.second());
    }
    [[nodiscard]] constexpr const Failure& failure() const { return failure_; }

private:
    static constexpr Word word_of(T value) {
        if constexpr (std::is_pointer_v<T>)
            return reinterpret_cast<Word>(value);
        else
            return static_cast<Word>(value);
    }

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
    const auto name = name##_result.value()
