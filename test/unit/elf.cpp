// SPDX-License-Identifier: BSD-2-Clause
// The executable reader on good and on hostile files.
#include <cobnut/format/elf.hpp>

#include <catch2/catch_test_macros.hpp>

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

namespace elf = cobnut::elf;
using cobnut::format::Bytes;
using File = std::vector<char>;

struct Exact {
    explicit Exact(const File& file) : size{file.size()}, data{new char[file.size()]} {
        std::copy(file.begin(), file.end(), data.get());
    }
    Bytes bytes() const { return {static_cast<const char*>(data.get()), size}; }
    size_t size;
    std::unique_ptr<char[]> data;
};

struct Wide {
    using Header = Elf64_Ehdr;
    using Segment = Elf64_Phdr;
    static constexpr unsigned char elf_class = ELFCLASS64;
    static constexpr elf::Expectation expected{.machine = elf::Machine::aarch64,
                                               .wide = true,
                                               .page_size = 4096,
                                               .lowest = 0x1000,
                                               .highest = 0x7fffffffffff};
};

struct Narrow {
    using Header = Elf32_Ehdr;
    using Segment = Elf32_Phdr;
    static constexpr unsigned char elf_class = ELFCLASS32;
    static constexpr elf::Expectation expected{.machine = elf::Machine::arm,
                                               .wide = false,
                                               .page_size = 4096,
                                               .lowest = 0x1000,
                                               .highest = 0x7fffffff};
};

// Text, constants, data with .bss, and a note that no one loads.
template <class Kind>
struct Program {
    typename Kind::Header header{};
    typename Kind::Segment segments[4]{};
    size_t size = 0x3000;

    Program() {
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = Kind::elf_class;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = 1;
        header.e_type = ET_EXEC;
        header.e_machine = static_cast<uint16_t>(Kind::expected.machine);
        header.e_version = 1;
        header.e_entry = 0x401010;
        header.e_phoff = sizeof header;
        header.e_phentsize = sizeof segments[0];
        header.e_phnum = 4;
        set(0, PT_LOAD, PF_R, 0, 0x400000, 0x200, 0x200);
        set(1, PT_LOAD, PF_R | PF_X, 0x1000, 0x401000, 0x800, 0x800);
        set(2, PT_NOTE, PF_R, 0x100, 0x400100, 0x20, 0x20);
        set(3, PT_LOAD, PF_R | PF_W, 0x2010, 0x402010, 0x30, 0x5000);
    }

    void set(unsigned index, uint32_t type, uint32_t flags, uint32_t offset, uint32_t address,
             uint32_t file_size, uint32_t memory_size) {
        auto& segment = segments[index];
        segment.p_type = type;
        segment.p_flags = flags;
        segment.p_offset = offset;
        segment.p_vaddr = address;
        segment.p_paddr = address + 0x1000;
        segment.p_filesz = file_size;
        segment.p_memsz = memory_size;
        segment.p_align = type == PT_LOAD ? 0x1000 : 4;
    }

    File file() const {
        File file(size, 'x');
        std::memcpy(file.data(), &header, sizeof header);
        std::memcpy(file.data() + sizeof header, segments, sizeof segments);
        return file;
    }

    elf::Error error() const {
        const Exact exact{file()};
        return elf::Image{exact.bytes(), Kind::expected}.error();
    }
};

template <class Kind>
uint64_t ask_everything(const File& file) {
    const Exact exact{file};
    const elf::Image image{exact.bytes(), Kind::expected};
    uint64_t sum = image.entry();
    for (const elf::Segment segment : image) {
        REQUIRE(segment.data.size() <= segment.size);
        REQUIRE(segment.address >= Kind::expected.lowest);
        REQUIRE(segment.address + (segment.size - 1) <= Kind::expected.highest);
        for (const char byte : segment.data)
            sum += byte == 'x';
    }
    return sum;
}

template <class Kind>
void reads_segments() {
    const Exact exact{Program<Kind>{}.file()};
    const elf::Image image{exact.bytes(), Kind::expected};
    REQUIRE(image.error() == elf::Error::none);
    CHECK(image.entry() == 0x401010);
    std::vector<elf::Segment> segments;
    for (const elf::Segment segment : image)
        segments.push_back(segment);
    REQUIRE(segments.size() == 3);
    CHECK(segments[1].address == 0x401000);
    CHECK(segments[1].physical == 0x402000);
    CHECK(segments[1].data.data() == exact.data.get() + 0x1000);
    CHECK((segments[1].executable && segments[1].readable && !segments[1].writable));
    CHECK(segments[2].size == 0x5000);
    CHECK(segments[2].data.size() == 0x30);
    CHECK((!segments[2].executable && segments[2].writable));
}

template <class Kind>
void names_errors() {
    using elf::Error;
    using P = Program<Kind>;
    const struct {
        Error error;
        void (*damage)(P&);
    } cases[] = {
        {Error::none, [](P&) {}},
        {Error::magic_wrong, [](P& p) { p.header.e_ident[2] = 'l'; }},
        {Error::class_wrong, [](P& p) { p.header.e_ident[EI_CLASS] ^= 3; }},
        {Error::data_encoding_wrong, [](P& p) { p.header.e_ident[EI_DATA] = ELFDATA2MSB; }},
        {Error::version_wrong, [](P& p) { p.header.e_ident[EI_VERSION] = 2; }},
        {Error::version_wrong, [](P& p) { p.header.e_version = 0; }},
        {Error::type_wrong, [](P& p) { p.header.e_type = ET_DYN; }},
        {Error::machine_wrong, [](P& p) { p.header.e_machine = EM_386; }},
        {Error::program_header_size_wrong, [](P& p) { p.header.e_phentsize++; }},
        {Error::program_headers_outside, [](P& p) { p.header.e_phoff = 0x2ff0; }},
        {Error::program_headers_outside, [](P& p) { p.header.e_phoff -= p.header.e_phoff + 8; }},
        {Error::program_headers_outside, [](P& p) { p.header.e_phnum = 0xffff; }},
        {Error::no_segment, [](P& p) { p.header.e_phnum = 0; }},
        {Error::interpreter_wanted, [](P& p) { p.segments[2].p_type = PT_INTERP; }},
        {Error::file_size_exceeds_memory_size, [](P& p) { p.segments[3].p_filesz = 0x5001; }},
        {Error::segment_outside_file, [](P& p) { p.segments[3].p_filesz = 0x1000; }},
        {Error::segment_outside_file, [](P& p) { p.segments[3].p_offset -= 0x3000; }},
        {Error::address_overflows, [](P& p) { p.segments[3].p_memsz -= 0x5001; }},
        {Error::alignment_wrong, [](P& p) { p.segments[3].p_align = 0x1800; }},
        {Error::alignment_wrong, [](P& p) { p.segments[3].p_vaddr += 0x20; }},
        {Error::segment_outside_limits, [](P& p) { p.set(0, PT_LOAD, PF_R, 0, 0, 1, 1); }},
        {Error::segment_outside_limits,
         [](P& p) { p.segments[3].p_memsz = Kind::expected.highest - 0x402010 + 2; }},
        {Error::segments_overlap, [](P& p) { p.segments[1].p_memsz = 0x1011; }},
        {Error::segments_overlap, [](P& p) { std::swap(p.segments[0], p.segments[1]); }},
        {Error::segments_share_page, [](P& p) { p.segments[1].p_memsz = 0x1001; }},
        {Error::writable_and_executable, [](P& p) { p.segments[1].p_flags |= PF_W; }},
        {Error::entry_not_executable, [](P& p) { p.header.e_entry = 0x402010; }},
        {Error::entry_not_executable, [](P& p) { p.header.e_entry = 0x401800; }},
        {Error::entry_not_executable, [](P& p) { p.segments[1].p_flags = PF_R; }},
    };
    for (const auto& wrong : cases) {
        P program;
        wrong.damage(program);
        CHECK(std::string{elf::text(program.error())} == elf::text(wrong.error));
    }
}

template <class Kind>
void survives_truncation() {
    const File whole = Program<Kind>{}.file();
    for (size_t length = 0; length < whole.size(); length += length < 400 ? 1 : 97) {
        const Exact exact{File(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length))};
        const elf::Image image{exact.bytes(), Kind::expected};
        if (length < 0x2040)
            REQUIRE(image.error() != elf::Error::none);
    }
}

template <class Kind>
void survives_damage() {
    const File whole = Program<Kind>{}.file();
    const size_t headers = sizeof(typename Kind::Header) + 4 * sizeof(typename Kind::Segment);
    for (size_t at = 0; at < headers; ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            File damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
            ask_everything<Kind>(damaged);
        }
    }
    std::mt19937 random{9};
    for (unsigned round = 0; round < 5000; ++round) {
        File damaged = whole;
        for (unsigned count = 0; count < 6; ++count)
            damaged[16 + random() % (headers - 16)] =
                static_cast<char>("\0\xff\x7f\x80\x01\x10"[random() % 6]);
        ask_everything<Kind>(damaged);
    }
}

} // namespace

TEST_CASE("an executable's loadable segments are read", "[elf]") {
    reads_segments<Wide>();
    reads_segments<Narrow>();
}

TEST_CASE("each fault of an executable has a name", "[elf]") {
    names_errors<Wide>();
    names_errors<Narrow>();
}

TEST_CASE("an error of an executable tells the program header", "[elf]") {
    Program<Wide> program;
    program.segments[3].p_align = 3;
    const Exact exact{program.file()};
    CHECK(elf::Image{exact.bytes(), Wide::expected}.failed_header() == 3);
}

TEST_CASE("an ARM entry point may be Thumb code", "[elf]") {
    Program<Narrow> program;
    program.header.e_entry = 0x401001;
    CHECK(program.error() == elf::Error::none);
}

TEST_CASE("segments of equal rights may share a page, empty ones do not count", "[elf]") {
    Program<Wide> program;
    program.set(2, PT_LOAD, PF_R | PF_X, 0x1800, 0x401800, 0x100, 0x100);
    CHECK(program.error() == elf::Error::none);
    program.set(2, PT_LOAD, PF_R, 0, 0, 0, 0);
    CHECK(program.error() == elf::Error::none);
}

TEST_CASE("a truncated executable is refused", "[elf]") {
    survives_truncation<Wide>();
    survives_truncation<Narrow>();
}

TEST_CASE("a damaged executable is refused or read safely", "[elf]") {
    survives_damage<Wide>();
    survives_damage<Narrow>();
}
