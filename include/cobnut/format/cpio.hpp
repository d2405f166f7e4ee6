// SPDX-License-Identifier: BSD-2-Clause
// Reader of cpio archives in the "newc" format (magic 070701).
#pragma once

#include <cobnut/format/bytes.hpp>

namespace cobnut::cpio {

using format::Bytes;
using format::Text;

enum class Error : uint8_t {
    none,
    header_truncated,
    magic_wrong,
    field_not_hexadecimal,
    name_empty,
    name_truncated,
    name_not_terminated,
    data_truncated,
};

constexpr const char* text(Error error) {
    switch (error) {
    case Error::none:
        return "archive: no error";
    case Error::header_truncated:
        return "archive: ends before the header of the next entry or TRAILER!!!";
    case Error::magic_wrong:
        return "archive: the magic of an entry is not 070701";
    case Error::field_not_hexadecimal:
        return "archive: a header field is not hexadecimal";
    case Error::name_empty:
        return "archive: c_namesize of an entry is 0";
    case Error::name_truncated:
        return "archive: the name of an entry runs past the end";
    case Error::name_not_terminated:
        return "archive: the name of an entry has no zero at its end or one before it";
    case Error::data_truncated:
        return "archive: the data of an entry run past the end";
    }
    return "archive: unknown error";
}

// The fields of a header in their order.
enum class Field : uint8_t {
    magic,
    inode,
    mode,
    uid,
    gid,
    link_count,
    mtime,
    file_size,
    device_major,
    device_minor,
    special_major,
    special_minor,
    name_size,
    check,
};

constexpr const char* text(Field field) {
    switch (field) {
    case Field::magic:
        return "c_magic";
    case Field::inode:
        return "c_ino";
    case Field::mode:
        return "c_mode";
    case Field::uid:
        return "c_uid";
    case Field::gid:
        return "c_gid";
    case Field::link_count:
        return "c_nlink";
    case Field::mtime:
        return "c_mtime";
    case Field::file_size:
        return "c_filesize";
    case Field::device_major:
        return "c_devmajor";
    case Field::device_minor:
        return "c_devminor";
    case Field::special_major:
        return "c_rdevmajor";
    case Field::special_minor:
        return "c_rdevminor";
    case Field::name_size:
        return "c_namesize";
    case Field::check:
        return "c_check";
    }
    return "unknown field";
}

struct Entry {
    Text name; // without "./" or "/" in front
    Bytes data;
    uint32_t mode = 0;

    constexpr explicit operator bool() const { return name.data() != nullptr; }
    [[nodiscard]] constexpr bool is_file() const { return (mode & 0170000) == 0100000; }
    [[nodiscard]] constexpr bool is_directory() const { return (mode & 0170000) == 0040000; }
};

struct End {};

// The whole archive is checked once, by the constructor. An archive with an error has no entries.
class Archive {
public:
    class Iterator {
    public:
        constexpr Iterator(const Archive& archive, uint64_t at)
            : archive_{&archive}, step_{archive.step(at)} {}
        constexpr const Entry& operator*() const { return step_.entry; }
        constexpr const Entry* operator->() const { return &step_.entry; }
        constexpr Iterator& operator++() {
            step_ = archive_->step(step_.next);
            return *this;
        }
        constexpr bool operator==(End) const { return step_.last; }

    private:
        friend class Archive;
        const Archive* archive_;
        struct Step {
            Entry entry;
            uint64_t next = 0;
            bool last = true;
            Error error = Error::none;
            Field field = Field::magic;
        } step_;
    };

    constexpr Archive() = default;
    constexpr explicit Archive(Bytes archive) : archive_{archive} {
        for (uint64_t at = 0;; ++count_) {
            const Step here = step(at);
            if (here.error != Error::none) {
                error_ = here.error;
                failed_field_ = here.field;
                failed_entry_ = count_;
                count_ = 0;
                archive_ = {};
                return;
            }
            at = here.next;
            if (here.last)
                break;
        }
    }

    [[nodiscard]] constexpr Error error() const { return error_; }
    [[nodiscard]] constexpr size_t failed_entry() const { return failed_entry_; } // counted from 0
    [[nodiscard]] constexpr Field failed_field() const { return failed_field_; }
    [[nodiscard]] constexpr size_t count() const { return count_; }

    [[nodiscard]] constexpr Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] constexpr End end() const { return {}; }

    [[nodiscard]] constexpr Entry find(Text name) const {
        name = plain(name);
        for (const Entry& entry : *this)
            if (entry.name == name)
                return entry;
        return {};
    }

private:
    using Step = Iterator::Step;
    static constexpr uint64_t header_size = 110;

    static constexpr uint64_t padded(uint64_t offset) { return (offset + 3) & ~uint64_t{3}; }

    static constexpr Text plain(Text name) {
        for (;;) {
            if (name.starts_with("./"))
                name = name.from(2);
            else if (name.starts_with("/"))
                name = name.from(1);
            else
                return name;
        }
    }

    static constexpr Step broken(Error error, Field field) {
        Step step;
        step.error = error;
        step.field = field;
        return step;
    }

    struct Number {
        uint32_t value = 0;
        bool valid = true;
    };

    [[nodiscard]] constexpr Number number(uint64_t at, Field field) const {
        Number number;
        const uint64_t start = at + 6 + (static_cast<uint64_t>(field) - 1) * 8;
        for (uint64_t digit = 0; digit < 8; ++digit) {
            const uint8_t character = archive_.u8(start + digit);
            const uint8_t lower = character | 0x20;
            uint32_t value = 0;
            if (character >= '0' && character <= '9')
                value = character - uint32_t{'0'};
            else if (lower >= 'a' && lower <= 'f')
                value = lower - uint32_t{'a'} + 10;
            else
                number.valid = false;
            number.value = number.value << 4 | value;
        }
        return number;
    }

    [[nodiscard]] constexpr Step step(uint64_t at) const {
        if (!archive_.has(at, header_size))
            return broken(Error::header_truncated, Field::magic);
        if (archive_.part(at, 6).text() != "070701")
            return broken(Error::magic_wrong, Field::magic);
        for (auto field = static_cast<unsigned>(Field::inode);
             field <= static_cast<unsigned>(Field::check); ++field)
            if (!number(at, static_cast<Field>(field)).valid)
                return broken(Error::field_not_hexadecimal, static_cast<Field>(field));
        const uint64_t name_size = number(at, Field::name_size).value;
        const uint64_t file_size = number(at, Field::file_size).value;
        if (name_size == 0)
            return broken(Error::name_empty, Field::name_size);
        if (!archive_.has(at + header_size, name_size))
            return broken(Error::name_truncated, Field::name_size);
        const Text name = archive_.part(at + header_size, name_size).string(0);
        if (name.data() == nullptr || name.size() + 1 != name_size)
            return broken(Error::name_not_terminated, Field::name_size);
        Step here;
        here.last = name == "TRAILER!!!";
        if (here.last)
            return here;
        const uint64_t data_at = padded(at + header_size + name_size);
        if (!archive_.has(data_at, file_size))
            return broken(Error::data_truncated, Field::file_size);
        here.entry = {plain(name), archive_.part(data_at, file_size),
                      number(at, Field::mode).value};
        here.next = padded(data_at + file_size);
        return here;
    }

    Bytes archive_;
    size_t count_ = 0;
    size_t failed_entry_ = 0;
    Error error_ = Error::none;
    Field failed_field_ = Field::magic;
};

} // namespace cobnut::cpio
