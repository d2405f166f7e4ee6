// SPDX-License-Identifier: BSD-2-Clause
// Bounded views of foreign bytes: what the readers of device trees, archives and executables stand
// on.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace cobnut::format {

// A string that need not end with a zero.
class Text {
public:
    constexpr Text() = default;
    constexpr Text(const char* data, size_t size) : data_{data}, size_{size} {}
    constexpr Text(const char* terminated) : data_{terminated} {
        while (terminated[size_] != '\0')
            ++size_;
    }

    [[nodiscard]] constexpr const char* data() const { return data_; }
    [[nodiscard]] constexpr size_t size() const { return size_; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr char operator[](size_t index) const {
        return index < size_ ? data_[index] : '\0';
    }
    [[nodiscard]] constexpr const char* begin() const { return data_; }
    [[nodiscard]] constexpr const char* end() const { return data_ + size_; }

    // Position of the character, size() where there is none.
    [[nodiscard]] constexpr size_t find(char wanted) const {
        size_t index = 0;
        while (index < size_ && data_[index] != wanted)
            ++index;
        return index;
    }

    [[nodiscard]] constexpr Text first(size_t count) const {
        return {data_, count < size_ ? count : size_};
    }
    [[nodiscard]] constexpr Text from(size_t start) const {
        return start < size_ ? Text{data_ + start, size_ - start} : Text{};
    }
    [[nodiscard]] constexpr bool starts_with(Text prefix) const {
        return first(prefix.size_) == prefix;
    }

    friend constexpr bool operator==(const Text& left, const Text& right) {
        if (left.size_ != right.size_)
            return false;
        for (size_t index = 0; index < left.size_; ++index)
            if (left.data_[index] != right.data_[index])
                return false;
        return true;
    }

private:
    const char* data_ = nullptr;
    size_t size_ = 0;
};

// Reads are byte-wise, so alignment never matters in the source; boot code that runs with the MMU
// off on Arm must also be compiled with strict alignment, or the compiler joins the bytes again. A
// read outside gives 0: readers check with has() to tell why, and this is the net below them.
class Bytes {
public:
    constexpr Bytes() = default;
    constexpr Bytes(const char* data, size_t size) : data_{data}, size_{size} {}
    Bytes(const void* data, size_t size) : data_{static_cast<const char*>(data)}, size_{size} {}

    [[nodiscard]] constexpr const char* data() const { return data_; }
    [[nodiscard]] constexpr size_t size() const { return size_; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr const char* begin() const { return data_; }
    [[nodiscard]] constexpr const char* end() const { return data_ + size_; }
    [[nodiscard]] constexpr Text text() const { return {data_, size_}; }

    [[nodiscard]] constexpr bool has(uint64_t offset, uint64_t count) const {
        return offset <= size_ && count <= size_ - offset;
    }

    // Empty where it would reach outside.
    [[nodiscard]] constexpr Bytes part(uint64_t offset, uint64_t count) const {
        return has(offset, count) ? Bytes{data_ + offset, static_cast<size_t>(count)} : Bytes{};
    }

    [[nodiscard]] constexpr uint8_t u8(uint64_t offset) const {
        return static_cast<uint8_t>(big(offset, 1));
    }
    [[nodiscard]] constexpr uint32_t be32(uint64_t offset) const {
        return static_cast<uint32_t>(big(offset, 4));
    }
    [[nodiscard]] constexpr uint64_t be64(uint64_t offset) const { return big(offset, 8); }
    [[nodiscard]] constexpr uint16_t le16(uint64_t offset) const {
        return static_cast<uint16_t>(little(offset, 2));
    }
    [[nodiscard]] constexpr uint32_t le32(uint64_t offset) const {
        return static_cast<uint32_t>(little(offset, 4));
    }
    [[nodiscard]] constexpr uint64_t le64(uint64_t offset) const { return little(offset, 8); }

    // The zero-terminated string at the offset; data() is null where its end is not inside.
    [[nodiscard]] constexpr Text string(uint64_t offset) const {
        if (offset >= size_)
            return {};
        const size_t start = static_cast<size_t>(offset);
        size_t end = start;
        while (end < size_ && data_[end] != '\0')
            ++end;
        return end < size_ ? Text{data_ + start, end - start} : Text{};
    }

private:
    [[nodiscard]] constexpr uint64_t big(uint64_t offset, unsigned count) const {
        uint64_t value = 0;
        if (has(offset, count))
            for (unsigned index = 0; index < count; ++index)
                value = value << 8 | static_cast<uint8_t>(data_[offset + index]);
        return value;
    }

    [[nodiscard]] constexpr uint64_t little(uint64_t offset, unsigned count) const {
        uint64_t value = 0;
        if (has(offset, count))
            for (unsigned index = count; index-- > 0;)
                value = value << 8 | static_cast<uint8_t>(data_[offset + index]);
        return value;
    }

    const char* data_ = nullptr;
    size_t size_ = 0;
};

} // namespace cobnut::format
