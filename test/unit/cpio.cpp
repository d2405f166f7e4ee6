// SPDX-License-Identifier: BSD-2-Clause
// The archive reader on good and on hostile archives.
#include <cobnut/format/cpio.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

namespace cpio = cobnut::cpio;
using cobnut::format::Bytes;
using cobnut::format::Text;

std::string str(Text text) { return {text.begin(), text.end()}; }

void pad(std::string& archive) { archive.resize((archive.size() + 3) / 4 * 4); }

void append(std::string& archive, const std::string& name, const std::string& data,
            unsigned mode = 0100644) {
    char header[111];
    std::snprintf(header, sizeof header,
                  "070701%08X%08x%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", 1u, mode, 0u, 0u,
                  1u, 0u, data.size(), 0u, 0u, 0u, 0u, name.size() + 1, 0u);
    archive += header;
    archive += name + '\0';
    pad(archive);
    archive += data;
    pad(archive);
}

std::string sample() {
    std::string archive;
    append(archive, ".", "", 0040755);
    append(archive, "./init", "the first program");
    append(archive, "etc/empty", "");
    append(archive, "etc/four", "1234");
    append(archive, "TRAILER!!!", "");
    return archive;
}

// In memory of exactly its size, so that the sanitizer sees every step outside.
struct Exact {
    explicit Exact(const std::string& archive)
        : size{archive.size()}, data{new char[archive.size()]} {
        std::copy(archive.begin(), archive.end(), data.get());
    }
    Bytes bytes() const { return {static_cast<const char*>(data.get()), size}; }
    size_t size;
    std::unique_ptr<char[]> data;
};

size_t ask_everything(const cpio::Archive& archive) {
    size_t sum = archive.find("init").data.size();
    for (const cpio::Entry& entry : archive) {
        sum += entry.name.size() + entry.is_file();
        for (const char byte : entry.data)
            sum += byte == 'x';
    }
    return sum;
}

} // namespace

TEST_CASE("an archive gives its entries in order, with name, mode and data", "[cpio]") {
    const Exact exact{sample()};
    const cpio::Archive archive{exact.bytes()};
    REQUIRE(archive.error() == cpio::Error::none);
    CHECK(archive.count() == 4);
    std::vector<std::string> names;
    for (const cpio::Entry& entry : archive)
        names.push_back(str(entry.name));
    CHECK(names == std::vector<std::string>{".", "init", "etc/empty", "etc/four"});
    CHECK(archive.find(".").is_directory());
    CHECK(archive.find("init").is_file());
    CHECK(str(archive.find("etc/four").data.text()) == "1234");
}

TEST_CASE("an archive entry is found with or without ./ and / before its name", "[cpio]") {
    const Exact exact{sample()};
    const cpio::Archive archive{exact.bytes()};
    for (const char* name : {"init", "./init", "/init"})
        CHECK(str(archive.find(name).data.text()) == "the first program");
    CHECK(!archive.find("ini"));
    CHECK(!archive.find("TRAILER!!!"));
}

TEST_CASE("what follows the trailer of an archive is ignored", "[cpio]") {
    for (const size_t extra : {1, 3, 512}) {
        const Exact exact{sample() + std::string(extra, '\0')};
        CHECK(cpio::Archive{exact.bytes()}.error() == cpio::Error::none);
    }
}

TEST_CASE("an archive truncated at any length is refused", "[cpio]") {
    const std::string whole = sample();
    const size_t end = whole.rfind("TRAILER!!!") + 11;
    for (size_t length = 0; length < end; ++length) {
        const Exact exact{whole.substr(0, length)};
        const cpio::Archive archive{exact.bytes()};
        REQUIRE(archive.error() != cpio::Error::none);
        REQUIRE(ask_everything(archive) == 0);
    }
}

TEST_CASE("an archive error names entry and field", "[cpio]") {
    using cpio::Error;
    using cpio::Field;
    const std::string whole = sample();
    const size_t init = whole.find("070701", 6);
    for (unsigned field = 1; field <= static_cast<unsigned>(Field::check); ++field) {
        std::string wrong = whole;
        wrong[init + 6 + (field - 1) * 8 + 3] = 'g';
        const Exact exact{wrong};
        const cpio::Archive archive{exact.bytes()};
        CHECK(archive.error() == Error::field_not_hexadecimal);
        CHECK(archive.failed_entry() == 1);
        CHECK(archive.failed_field() == static_cast<Field>(field));
        CHECK(std::string{cpio::text(archive.failed_field())}.starts_with("c_"));
    }
    const struct {
        size_t field;
        const char* value;
        Error error;
    } cases[] = {
        {0, "07070200", Error::magic_wrong},          {94, "00000000", Error::name_empty},
        {94, "ffffffff", Error::name_truncated},      {94, "00000003", Error::name_not_terminated},
        {94, "0000000b", Error::name_not_terminated}, {54, "ffffffff", Error::data_truncated},
        {54, "00000fff", Error::data_truncated},
    };
    for (const auto& [field, value, error] : cases) {
        std::string wrong = whole;
        wrong.replace(init + field, 8, value);
        const Exact exact{wrong};
        const cpio::Archive archive{exact.bytes()};
        CAPTURE(field, value);
        CHECK(std::string{cpio::text(archive.error())} == cpio::text(error));
        CHECK(archive.failed_entry() == 1);
    }
}

TEST_CASE("an archive with damaged bytes is refused or read safely", "[cpio]") {
    const std::string whole = sample();
    for (size_t at = 0; at < whole.size(); ++at) {
        for (unsigned value = 0; value < 256; ++value) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(value);
            const Exact exact{damaged};
            ask_everything(cpio::Archive{exact.bytes()});
        }
    }
    std::mt19937 random{3};
    for (unsigned round = 0; round < 20000; ++round) {
        std::string damaged = whole;
        for (unsigned count = 0; count < 4; ++count)
            damaged[random() % damaged.size()] = "0123456789abcdefF"[random() % 17];
        const Exact exact{damaged};
        ask_everything(cpio::Archive{exact.bytes()});
    }
}
