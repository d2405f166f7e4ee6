// SPDX-License-Identifier: BSD-2-Clause
// Reader of statically linked ELF executables, 32 and 64 bit, little-endian (System V gABI,
// chapters 4 and 5).
#pragma once

#include <cobnut/format/bytes.hpp>

namespace cobnut::elf {

using format::Bytes;

enum class Machine : uint16_t { arm = 40, x86_64 = 62, aarch64 = 183, riscv = 243 };

enum class Error : uint8_t {
    none,
    header_truncated,
    magic_wrong,
    class_wrong,
    data_encoding_wrong,
    version_wrong,
    type_wrong,
    machine_wrong,
    program_header_size_wrong,
    program_headers_outside,
    no_segment,
    interpreter_wanted,
    file_size_exceeds_memory_size,
    segment_outside_file,
    address_overflows,
    alignment_wrong,
    segment_outside_limits,
    segments_overlap,
    segments_share_page,
    writable_and_executable,
    entry_not_executable,
};

constexpr const char* text(Error error) {
    switch (error) {
    case Error::none:
        return "executable: no error";
    case Error::header_truncated:
        return "executable: shorter than its header";
    case Error::magic_wrong:
        return "executable: e_ident has no ELF magic";
    case Error::class_wrong:
        return "executable: EI_CLASS is not that of this machine";
    case Error::data_encoding_wrong:
        return "executable: EI_DATA is not little-endian";
    case Error::version_wrong:
        return "executable: EI_VERSION or e_version is not 1";
    case Error::type_wrong:
        return "executable: e_type is not ET_EXEC";
    case Error::machine_wrong:
        return "executable: e_machine is not this machine";
    case Error::program_header_size_wrong:
        return "executable: e_phentsize is wrong";
    case Error::program_headers_outside:
        return "executable: e_phoff or e_phnum lies outside the file";
    case Error::no_segment:
        return "executable: there is no PT_LOAD segment";
    case Error::interpreter_wanted:
        return "executable: it is dynamically linked (PT_INTERP)";
    case Error::file_size_exceeds_memory_size:
        return "executable: p_filesz is more than p_memsz";
    case Error::segment_outside_file:
        return "executable: p_offset and p_filesz lie outside the file";
    case Error::address_overflows:
        return "executable: p_vaddr and p_memsz overflow";
    case Error::alignment_wrong:
        return "executable: p_align is no power of two or p_vaddr and p_offset do not agree in it";
    case Error::segment_outside_limits:
        return "executable: p_vaddr and p_memsz lie outside the addresses allowed";
    case Error::segments_overlap:
        return "executable: PT_LOAD segments overlap or are not in ascending order";
    case Error::segments_share_page:
        return "executable: PT_LOAD segments of different rights share a page";
    case Error::writable_and_executable:
        return "executable: a segment is writable and executable";
    case Error::entry_not_executable:
        return "executable: e_entry lies in no executable segment";
    }
    return "executable: unknown error";
}

// What the loader asks for.
struct Expectation {
    Machine machine{};
    bool wide = true;          // ELF64
    uint64_t page_size = 4096; // a power of two
    uint64_t lowest = 0;       // segments lie in [lowest, highest]
    uint64_t highest = ~uint64_t{0};
};

struct Segment {
    uint64_t address = 0;
    uint64_t physical = 0;
    uint64_t size = 0; // in memory; what exceeds data is zero
    uint64_t align = 0;
    Bytes data;
    bool readable = false, writable = false, executable = false;

    [[nodiscard]] constexpr bool contains(uint64_t at) const {
        return at >= address && at - address < size;
    }
    [[nodiscard]] constexpr bool same_rights(const Segment& other) const {
        return readable == other.readable && writable == other.writable &&
               executable == other.executable;
    }
};

struct End {};

// Everything is checked once, by the constructor. An image with an error has no segments.
class Image {
public:
    // The PT_LOAD segments that occupy memory, in ascending order.
    class Iterator {
    public:
        constexpr Iterator(const Image& image, unsigned index) : image_{&image}, index_{index} {
            settle();
        }
        constexpr Segment operator*() const { return image_->segment(index_); }
        constexpr Iterator& operator++() {
            ++index_;
            settle();
            return *this;
        }
        constexpr bool operator==(End) const { return index_ >= image_->headers_; }

    private:
        constexpr void settle() {
            while (index_ < image_->headers_ && !image_->is_load(index_))
                ++index_;
        }
        const Image* image_;
        unsigned index_;
    };

    constexpr Image() = default;
    constexpr Image(Bytes file, const Expectation& expectation) : file_{file} {
        error_ = check_header(expectation);
        if (error_ == Error::none)
            error_ = check_segments(expectation);
        if (error_ != Error::none)
            headers_ = 0;
    }

    [[nodiscard]] constexpr Error error() const { return error_; }
    [[nodiscard]] constexpr unsigned failed_header() const {
        return failed_header_;
    } // program header, from 0
    [[nodiscard]] constexpr uint64_t entry() const { return entry_; }
    [[nodiscard]] constexpr Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] constexpr End end() const { return {}; }

private:
    static constexpr uint32_t pt_load = 1, pt_interp = 3;

    [[nodiscard]] constexpr uint64_t word(uint64_t offset) const {
        return wide_ ? file_.le64(offset) : file_.le32(offset);
    }

    [[nodiscard]] constexpr uint64_t header_at(unsigned index) const {
        return table_ + uint64_t{index} * (wide_ ? 56 : 32);
    }

    [[nodiscard]] constexpr uint64_t memory_size(unsigned index) const {
        return word(header_at(index) + (wide_ ? 40 : 20));
    }

    [[nodiscard]] constexpr bool is_load(unsigned index) const {
        return file_.le32(header_at(index)) == pt_load && memory_size(index) != 0;
    }

    [[nodiscard]] constexpr Segment segment(unsigned index) const {
        const uint64_t at = header_at(index);
        const uint32_t flags = file_.le32(at + (wide_ ? 4 : 24));
        Segment segment;
        segment.address = word(at + (wide_ ? 16 : 8));
        segment.physical = word(at + (wide_ ? 24 : 12));
        segment.size = memory_size(index);
        segment.align = word(at + (wide_ ? 48 : 28));
        segment.data = file_.part(file_offset(index), file_size(index));
        segment.readable = (flags & 4) != 0;
        segment.writable = (flags & 2) != 0;
        segment.executable = (flags & 1) != 0;
        return segment;
    }

    [[nodiscard]] constexpr uint64_t file_offset(unsigned index) const {
        return word(header_at(index) + (wide_ ? 8 : 4));
    }

    [[nodiscard]] constexpr uint64_t file_size(unsigned index) const {
        return word(header_at(index) + (wide_ ? 32 : 16));
    }

    constexpr Error check_header(const Expectation& expectation) {
        wide_ = expectation.wide;
        if (!file_.has(0, wide_ ? 64 : 52))
            return Error::header_truncated;
        if (file_.be32(0) != 0x7f454c46)
            return Error::magic_wrong;
        if (file_.u8(4) != (wide_ ? 2 : 1))
            return Error::class_wrong;
        if (file_.u8(5) != 1)
            return Error::data_encoding_wrong;
        if (file_.u8(6) != 1 || file_.le32(20) != 1)
            return Error::version_wrong;
        if (file_.le16(16) != 2)
            return Error::type_wrong;
        if (file_.le16(18) != static_cast<uint16_t>(expectation.machine))
            return Error::machine_wrong;
        entry_ = word(24);
        table_ = word(wide_ ? 32 : 28);
        if (file_.le16(wide_ ? 54 : 42) != (wide_ ? 56 : 32))
            return Error::program_header_size_wrong;
        headers_ = file_.le16(wide_ ? 56 : 44);
        const uint64_t table_size = header_at(headers_) - table_;
        return file_.has(table_, table_size) ? Error::none : Error::program_headers_outside;
    }

    constexpr Error check_segments(const Expectation& expectation) {
        // A Thumb entry point has bit 0 set (ELF for the Arm Architecture).
        const uint64_t code = expectation.machine == Machine::arm ? entry_ & ~uint64_t{1} : entry_;
        bool entry_found = false, any = false;
        Segment previous;
        for (unsigned index = 0; index < headers_; ++index) {
            failed_header_ = index;
            if (file_.le32(header_at(index)) == pt_interp)
                return Error::interpreter_wanted;
            if (file_.le32(header_at(index)) != pt_load)
                continue;
            const Error error = check_segment(index, expectation);
            if (error != Error::none)
                return error;
            if (!is_load(index))
                continue;
            const Segment here = segment(index);
            if (any) {
                const Error conflict = check_neighbours(previous, here, expectation.page_size);
                if (conflict != Error::none)
                    return conflict;
            }
            entry_found = entry_found || (here.executable && here.contains(code));
            previous = here;
            any = true;
        }
        if (!any)
            return Error::no_segment;
        return entry_found ? Error::none : Error::entry_not_executable;
    }

    [[nodiscard]] constexpr Error check_segment(unsigned index,
                                                const Expectation& expectation) const {
        const Segment here = segment(index);
        if (file_size(index) > here.size)
            return Error::file_size_exceeds_memory_size;
        if (!file_.has(file_offset(index), file_size(index)))
            return Error::segment_outside_file;
        if (here.size == 0)
            return Error::none;
        const uint64_t largest = wide_ ? ~uint64_t{0} : 0xffffffff;
        if (here.size - 1 > largest - here.address)
            return Error::address_overflows;
        if ((here.align & (here.align - 1)) != 0)
            return Error::alignment_wrong;
        if (here.align > 1 && ((here.address - file_offset(index)) & (here.align - 1)) != 0)
            return Error::alignment_wrong;
        if (here.address < expectation.lowest ||
            here.address + (here.size - 1) > expectation.highest)
            return Error::segment_outside_limits;
        if (here.writable && here.executable)
            return Error::writable_and_executable;
        return Error::none;
    }

    static constexpr Error check_neighbours(const Segment& below, const Segment& above,
                                            uint64_t page_size) {
        const uint64_t last = below.address + (below.size - 1);
        if (above.address <= last)
            return Error::segments_overlap;
        if ((last | (page_size - 1)) >= above.address && !below.same_rights(above))
            return Error::segments_share_page;
        return Error::none;
    }

    Bytes file_;
    uint64_t entry_ = 0;
    uint64_t table_ = 0;
    unsigned headers_ = 0;
    unsigned failed_header_ = 0;
    bool wide_ = true;
    Error error_ = Error::header_truncated;
};

} // namespace cobnut::elf
