// SPDX-License-Identifier: BSD-2-Clause
// Type-safe formatting of numbers and text into lines.
#pragma once

#include <cobnut/format/bytes.hpp>

#include <concepts>
#include <stddef.h>
#include <stdint.h>

namespace cobnut {

using format::Text;

/// Prints as 0x...; `digits` at least.
struct Hex {
    uint64_t value;
    unsigned digits = 1;
};

/// An unsigned number to the right of `width` columns.
struct Right {
    uint64_t value;
    unsigned width;
};

/// Text to the left of `width` columns.
struct Left {
    Text text;
    unsigned width;
};

/// Tenths as a decimal fraction: 123 prints as 12.3.
struct Tenths {
    uint64_t value;
};

/// A line of at most 250 characters; what is longer is cut.
class Line {
public:
    template <class... Parts>
    explicit Line(const Parts&... parts) {
        (add(parts), ...);
    }

    [[nodiscard]] Text text() const { return {characters_, size_}; }
    [[nodiscard]] size_t size() const { return size_; }

    void add(char character) {
        if (size_ < sizeof(characters_))
            characters_[size_++] = character;
    }
    void add(Text text) {
        for (const char character : text)
            add(character);
    }
    void add(const char* text) { add(Text(text)); }
    template <std::integral Number>
    requires(!std::same_as<Number, char> && !std::same_as<Number, bool>) void add(Number number) {
        if (number < 0) {
            add('-');
            decimal(uint64_t{0} - static_cast<uint64_t>(number), 1);
        } else {
            decimal(static_cast<uint64_t>(number), 1);
        }
    }
    void add(Hex number);
    void add(Right number) { decimal(number.value, number.width); }
    void add(Left left) {
        const size_t end = size_ + left.width;
        add(left.text);
        while (size_ < end && size_ < sizeof(characters_))
            add(' ');
    }
    void add(Tenths number) {
        decimal(number.value / 10, 1);
        add('.');
        decimal(number.value % 10, 1);
    }

private:
    void decimal(uint64_t value, unsigned width);

    char characters_[250];
    size_t size_ = 0;
};

} // namespace cobnut
