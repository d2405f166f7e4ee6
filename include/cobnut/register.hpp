// SPDX-License-Identifier: BSD-2-Clause
// Registers, table entries and packed words described once as typed bit fields, and access to
// device registers.
#pragma once

#include <cobnut/register_access.hpp>

#include <bit>
#include <concepts>
#include <stddef.h>
#include <stdint.h>
#include <type_traits>

namespace cobnut::reg {

namespace detail {

constexpr uint64_t mask(unsigned high, unsigned low) {
    return (~uint64_t{0} >> (63 - (high - low))) << low;
}

// Not constexpr on purpose: reached in a constant expression it stops the compilation.
inline void value_does_not_fit_in_field() {}

template <class T>
constexpr uint64_t to_bits(T value) {
    if constexpr (std::is_enum_v<T>)
        return static_cast<uint64_t>(static_cast<std::underlying_type_t<T>>(value));
    else
        return static_cast<uint64_t>(value);
}

} // namespace detail

// Bits Hi..Lo, read and written as a T (an unsigned integer, an enum or bool), shifted down to bit
// 0.
template <unsigned Hi, unsigned Lo, class T = uint64_t>
struct Field {
    static_assert(Hi >= Lo && Hi < 64);
    using Type = T;
    static constexpr unsigned high = Hi;
    static constexpr unsigned low = Lo;
    static constexpr unsigned shift = Lo;
    static constexpr uint64_t mask = detail::mask(Hi, Lo);
};

template <unsigned Bit>
struct Flag : Field<Bit, Bit, bool> {};

// Bits that keep their place: an address whose low bits are used for something else.
template <unsigned Hi, unsigned Lo, class T = uint64_t>
struct InPlace : Field<Hi, Lo, T> {
    static constexpr unsigned shift = 0;
};

template <class F>
concept AnyField = requires {
    typename F::Type;
    { F::mask } -> std::convertible_to<uint64_t>;
    { F::shift } -> std::convertible_to<unsigned>;
};

// No bit belongs to two of the fields.
template <AnyField... F>
inline constexpr bool
    disjoint = (0 + ... + std::popcount(F::mask)) == std::popcount((uint64_t{0} | ... | F::mask));

// A register value. Either `struct Control : Word<Control, uint32_t> { using Word::Word; using
// Enable = Flag<0>; };` (then with() gives a Control) or `using Control = Word<struct ControlTag,
// uint32_t>` with fields elsewhere.
template <class Tag, class RawType = uint64_t>
class Word {
    static_assert(std::is_unsigned_v<RawType>);

public:
    using Raw = RawType;

    constexpr Word() = default;
    constexpr explicit Word(Raw raw) : raw_{raw} {}

    [[nodiscard]] constexpr Raw raw() const { return raw_; }

    template <AnyField F>
    [[nodiscard]] constexpr typename F::Type get() const {
        static_assert(F::high < sizeof(Raw) * 8, "the field lies outside the word");
        const uint64_t bits = (uint64_t{raw_} & F::mask) >> F::shift;
        return static_cast<typename F::Type>(bits);
    }

    template <AnyField F>
    [[nodiscard]] constexpr auto with(typename F::Type value) const {
        static_assert(F::high < sizeof(Raw) * 8, "the field lies outside the word");
        const uint64_t bits = detail::to_bits(value);
        if (std::is_constant_evaluated() && (bits & ~(F::mask >> F::shift)) != 0)
            detail::value_does_not_fit_in_field();
        return make(static_cast<Raw>((uint64_t{raw_} & ~F::mask) | ((bits << F::shift) & F::mask)));
    }

    // Sets flags, or clears fields, without naming a value for each.
    template <AnyField... F>
    [[nodiscard]] constexpr auto set() const {
        static_assert((std::is_same_v<typename F::Type, bool> && ...));
        return make(static_cast<Raw>(uint64_t{raw_} | (uint64_t{0} | ... | F::mask)));
    }

    template <AnyField... F>
    [[nodiscard]] constexpr auto clear() const {
        return make(static_cast<Raw>(uint64_t{raw_} & ~(uint64_t{0} | ... | F::mask)));
    }

    friend constexpr bool operator==(const Word&, const Word&) = default;

private:
    static constexpr auto make(Raw raw) {
        if constexpr (requires { sizeof(Tag); }) {
            if constexpr (std::is_base_of_v<Word, Tag>)
                return Tag{raw};
            else
                return Word{raw};
        } else {
            return Word{raw};
        }
    }

    Raw raw_{};
};

// Access modes of a register.
struct Ro {
    static constexpr bool readable = true, writable = false;
};
struct Wo {
    static constexpr bool readable = false, writable = true;
};
struct Rw {
    static constexpr bool readable = true, writable = true;
};

// The register at a byte offset of a device's block. WordType is a Word or a plain unsigned
// integer.
template <size_t Offset, class WordType, class Mode = Rw>
struct Register {
    using Type = WordType;
    using Access = Mode;
    static constexpr size_t offset = Offset;
};

// Count like registers, Stride bytes apart.
template <size_t Offset, size_t Count, class WordType, class Mode = Rw,
          size_t Stride = sizeof(WordType)>
struct RegisterArray {
    using Type = WordType;
    using Access = Mode;
    static constexpr size_t offset = Offset;
    static constexpr size_t count = Count;
    static constexpr size_t stride = Stride;
};

// What stands between Mmio and the wires: Volatile, I/O ports, a widened or shifted block, a fake
// in tests.
template <class A>
concept RegisterAccess = requires(A access, size_t offset) {
    { access.template read<uint32_t>(offset) } -> std::same_as<uint32_t>;
    access.template write<uint32_t>(offset, uint32_t{});
};

// A block of device registers.
template <class Access = Volatile>
class Mmio {
public:
    constexpr Mmio() = default;
    constexpr explicit Mmio(Access access) : access_{access} {}
    constexpr explicit Mmio(uintptr_t base) requires std::constructible_from<Access, uintptr_t>
        : access_{base} {}

    template <class R>
    [[nodiscard]] typename R::Type read() const {
        return read_at<typename R::Type, typename R::Access>(R::offset);
    }

    template <class R>
    [[nodiscard]] typename R::Type read(size_t index) const {
        return read_at<typename R::Type, typename R::Access>(R::offset + index * R::stride);
    }

    template <class R>
    void write(typename R::Type value) const {
        write_at<typename R::Type, typename R::Access>(R::offset, value);
    }

    template <class R>
    void write(size_t index, typename R::Type value) const {
        write_at<typename R::Type, typename R::Access>(R::offset + index * R::stride, value);
    }

    [[nodiscard]] const Access& access() const { return access_; }

private:
    template <class T, class Mode>
    T read_at(size_t offset) const {
        static_assert(Mode::readable, "the register is write-only");
        if constexpr (std::is_integral_v<T>)
            return access_.template read<T>(offset);
        else
            return T{access_.template read<typename T::Raw>(offset)};
    }

    template <class T, class Mode>
    void write_at(size_t offset, T value) const {
        static_assert(Mode::writable, "the register is read-only");
        if constexpr (std::is_integral_v<T>)
            access_.template write<T>(offset, value);
        else
            access_.template write<typename T::Raw>(offset, value.raw());
    }

    [[no_unique_address]] mutable Access access_{};
};

} // namespace cobnut::reg
